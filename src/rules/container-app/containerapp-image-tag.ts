/** `latest` is whatever was pushed last: two replicas of one revision may run different code. */
import { compliant, defineAdvice } from '../../domain/rule.ts';
import { type Image, imageSource, judgeImages } from '../container-images.ts';
import { referencesOf } from '../references.ts';

export const rule = defineAdvice({
  id: 'containerapp-image-tag',
  version: 1,
  title: 'Images are pinned (no :latest / untagged)',
  why: 'What `latest` means changes with every push, so that nobody can say which code runs, nor go back to the one before.',
  risk: 'Another reference is another deployment: what it pulls may not be what runs now.',
  differs: 'The examples of PSRule use `latest` throughout, and it does not ask. Such an image is found here.',
  severity: 'low',
  profile: 'strict',
  kind: 'container-app',
  documents: ['resource'],
  references: referencesOf({ MCSB: ['DS-6'] }),
  check(snapshot) {
    return judgeImages(snapshot, (images) => {
      const loose = images.filter((image) => !isPinned(image)).map(({ reference }) => reference);
      if (loose.length === 0) return compliant('Every image is named by a digest, or by a tag of its own.');
      return {
        verdict: 'violation',
        reason: `Images are whatever was pushed last: ${[...new Set(loose)].join(', ')}.`,
        changes: [],
      };
    });
  },
  source: imageSource,
});

/** No tag means `latest`; a digest is one image for ever, whatever the tag beside it says. */
function isPinned({ tag, digest }: Image): boolean {
  return digest !== null || (tag !== null && tag.toLowerCase() !== 'latest');
}
