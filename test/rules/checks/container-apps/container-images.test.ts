import { describe, expect, test } from 'vitest';
import { imageOf } from '../../../../src/rules/checks/container-apps/container-images.ts';

const DIGEST = `sha256:${'0f'.repeat(32)}`;

describe('the reference of an image', () => {
  test.each([
    ['nginx', 'docker.io', null, null],
    ['nginx:1.27', 'docker.io', '1.27', null],
    ['library/nginx', 'docker.io', null, null],
    ['docker.io/library/nginx', 'docker.io', null, null],
    ['registry-1.docker.io/library/nginx', 'docker.io', null, null],
    ['localhost/cart', 'localhost', null, null],
    ['cart:5000', 'docker.io', '5000', null],
    ['mirror:5000/cart', 'mirror:5000', null, null],
    ['mirror:5000/cart:2', 'mirror:5000', '2', null],
    ['Shop.azurecr.io/a/b:2', 'shop.azurecr.io', '2', null],
    [`shop.azurecr.io/cart@${DIGEST}`, 'shop.azurecr.io', null, DIGEST],
    [`mirror:5000/cart:2@${DIGEST}`, 'mirror:5000', '2', DIGEST],
    [`nginx@${DIGEST}`, 'docker.io', null, DIGEST],
  ])('%s is of %s, tag %j, digest %j', (reference, registry, tag, digest) => {
    expect(imageOf(reference)).toEqual({ reference, registry, tag, digest });
  });

  test.each(['', ' ', 'a b', 'cart:1:2', 'cart@', 'cart@latest', 'mirror:5000/', null, 7, {}])(
    '%j is no reference',
    (value) => {
      expect(imageOf(value)).toBeNull();
    },
  );
});
