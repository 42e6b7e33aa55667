import { compliant, defineAdvice, violation } from '../../domain/rules/rule.ts';
import { type Image, imageSource, judgeImages } from '../checks/container-apps/container-images.ts';

export const rule = defineAdvice({
  id: 'containerapp-image-tag',
  title: 'Images are pinned (no :latest / untagged)',
  why: 'The tag `latest` changes with every push, so it is not known which code runs, and the previous version cannot be restored.',
  risk: 'Another reference is another deployment: it may pull another image than the one that runs now.',
  differs: 'The examples of PSRule use `latest`, and it has no such check. Here `latest` is a violation.',
  severity: 'low',
  profile: 'strict',
  references: { MCSB: ['DS-6'] },
  check: (snapshot) =>
    judgeImages(snapshot, (images) => {
      const loose = images.filter((image) => !isPinned(image)).map(({ reference }) => reference);
      if (loose.length === 0) return compliant('Every image is named by a digest, or by a tag of its own.');
      return violation(`Images are whatever was pushed last: ${[...new Set(loose)].join(', ')}.`);
    }),
  source: imageSource,
});

/** No tag means `latest`; a digest always names the same image. */
function isPinned({ tag, digest }: Image): boolean {
  return digest !== null || (tag !== null && tag.toLowerCase() !== 'latest');
}
