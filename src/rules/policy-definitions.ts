/**
 * The built-in definitions of Azure Policy about apps, by category, and the initiatives that contain them. Source:
 * https://github.com/Azure/azure-policy, April 2026. An id that Azure adds later belongs here.
 */

/** Whether an assignment of this definition or initiative holds apps to something. Ids compare without case. */
export function coversApps(policyDefinitionId: string): boolean {
  return COVERING.has(policyDefinitionId.toLowerCase());
}

/** Whether it is the Microsoft cloud security benchmark, in either version. */
export function isBenchmark(policyDefinitionId: string): boolean {
  return BENCHMARKS.includes(policyDefinitionId.toLowerCase());
}

const BENCHMARKS: readonly string[] = [
  '1f3afdf9-d0c9-4c3d-847f-89da613e70a8',
  'e3ec7e09-768c-4b64-882c-fcada3772047',
].map((id) => `/providers/microsoft.authorization/policysetdefinitions/${id}`);

/** Category App Service. */
const APP_SERVICE: readonly string[] = [
  '014664e7-e348-41a3-aeb9-566e4ff6a9df',
  '0820b7b9-23aa-4725-a1ce-ae4558f718e5',
  '08cf2974-d178-48a0-b26d-f6b8e555748b',
  '0da106f2-4ca3-48e8-bc85-c638fe6aea8f',
  '0e60b895-3786-45da-8377-9c6b4b6ac5f9',
  '0f98368e-36bc-4716-8ac2-8f8067203b63',
  '11c82d0c-db9f-4d7b-97c5-f3f9aa957da2',
  '123aed70-491a-4f07-a569-e1f3a8dd651e',
  '13bcff5d-f0eb-4ce7-913e-83ad6300376b',
  '153ab4ca-2d58-4b5d-9134-6d8c6bdd321c',
  '19dd1db6-f442-49cf-a838-b0786b4401ef',
  '1b5ef780-c53c-4a64-87f3-bb9c8c8094ba',
  '1f01f1c7-539c-49b5-9ef4-d4ffa37d22e0',
  '2374605e-3e0b-492b-9046-229af202562c',
  '242222f3-4985-4e99-b5ef-086d6a6cb01c',
  '24b7a1c6-44fe-40cc-a2e6-242d2ef70e98',
  '25255ddf-ef4f-4283-975a-5590ad111bba',
  '25a5046c-c423-4805-9235-e844ae9ef49b',
  '2b9ad585-36bc-4615-b300-fd4435808332',
  '2c034a29-2a5f-4857-b120-f800fe5549ae',
  '2d048aca-6479-4923-88f5-e2ac295d9af3',
  '32a913ec-5ed7-4b31-a5b0-198450d8fb13',
  '387140f1-6da9-4741-bcee-3b5edcdfd9ec',
  '399b2637-a50f-4f95-96f8-3a145476eb15',
  '46dad49f-8945-44d7-9bb1-2e1542f627d3',
  '496223c3-ad65-4ecd-878a-bae78737e9ed',
  '4a15c15f-90d5-4a1f-8b63-2903944963fd',
  '4d0bc837-6eff-477e-9ecd-33bf8d4212a5',
  '4d24b6d4-5e53-4a4f-a7f4-618fa573ee4b',
  '4dcfb8b5-05cd-4090-a931-2ec29057e1fc',
  '4ee5b817-627a-435a-8932-116193268172',
  '546fe8d2-368d-4029-a418-6af48a7f61e5',
  '572e342c-c920-4ef5-be2e-1ed3c6a51dc5',
  '5744710e-cc2f-4ee8-8809-3b11e89f4bc9',
  '5747353b-1ca9-42c1-a4dd-b874b894f3d4',
  '5b0bd968-5cb5-4513-8987-27786c6f0df8',
  '5e57f5ad-995a-485b-9f42-4748935ee5d9',
  '5e5dbe3f-2702-4ffc-8b1e-0cae008a5c71',
  '5e97b776-f380-4722-a9a3-e7f0be029e79',
  '5f78d1de-663e-4a6b-8dd8-791621f3b6d6',
  '67da6a60-29e0-471d-b856-4cd2dee72fc0',
  '687aa49d-0982-40f8-bf6b-66d1da97a04b',
  '6d555dd1-86f2-4f1c-8ed7-5abae7c6cbab',
  '7008174a-fd10-4ef0-817e-fc820a951d73',
  '701a595d-38fb-4a66-ae6d-fb3735217622',
  '70adbb40-e092-42d5-a6f8-71c540a5efdb',
  '7238174a-fd10-4ef0-817e-fc820a951d73',
  '7261b898-8a84-4db8-9e04-18527132abb3',
  '72d04c29-f87d-4575-9731-419ff16a2757',
  '75c42c42-dfb3-453d-8fd5-9f978e1b1106',
  '801543d1-1953-4a90-b8b0-8cf6d41473a5',
  '80a53f01-1f9a-49af-a5d5-0248e947dc8e',
  '817dcf37-e83d-4999-a472-644eada2ea1e',
  '829b40f3-d3db-4fd2-be46-76663d3aeeb2',
  '847ef871-e2fe-4e6e-907e-4adbf71de5cf',
  '871b205b-57cf-4e1e-a234-492616998bf7',
  '89691ef9-8c50-49a8-8950-9c7fba41699e',
  '8c122334-9d20-4eb8-89ea-ac9a705b74ae',
  '91a78b24-f231-4a8a-8da9-02c35b2b6510',
  '95bccee9-a7f8-4bec-9ee9-62c3473701fc',
  '969ac98b-88a8-449f-883c-2e9adb123127',
  '9c014953-ef68-4a98-82af-fd0f6b2306c8',
  '9d0b6ea4-93e2-4578-bf2f-6bb17d22b4bc',
  'a08ae1ab-8d1d-422b-a123-df82b307ba61',
  'a096cbd0-4693-432f-9374-682f485f23f3',
  'a18c77f2-3d6d-497a-9f61-849a7e8a3b79',
  'a1a22235-dd10-4062-bd55-7d62778f41b0',
  'a4af4a39-4135-47fb-b175-47fbdf85311d',
  'a5e3fe8f-f6cd-4f1d-bbf6-c749754a724b',
  'a691eacb-474d-47e4-b287-b4813ca44222',
  'a88d589f-2b09-4b50-8998-9a4e71d7b746',
  'ab6a902f-9493-453b-928d-62c30b11b5a6',
  'ae1b9a8c-dfce-4605-bd91-69213b4a26fc',
  'ae44c1d1-0df2-4ca9-98fa-a3d3ae5b409d',
  'aede300b-d67f-480a-ae26-4b3dfb1a1fdc',
  'af1d7e88-c1c8-4ea8-be1f-87bff0df9101',
  'b318f84a-b872-429b-ac6d-a01b96814452',
  'c285a320-8830-4665-9cc7-bbd05fc7c5c0',
  'c6c3e00e-d414-4ca4-914f-406699bb8eee',
  'c75248c1-ea1d-4a9c-8fc9-29a6aabd5da8',
  'cae7c12e-764b-4c87-841a-fdc6675d196f',
  'cb510bfd-1cba-4d9f-a230-cb0976f4bb71',
  'cbe0e5eb-fea9-491d-ab20-a62cf049c5ae',
  'cca5adfe-626b-4cc6-8522-f5b6ed2391bd',
  'cd794351-e536-40f4-9750-503a463d8cad',
  'd1a5414f-ada4-46bf-bea7-243d5100d981',
  'd639b3af-a535-4bef-8dcf-15078cddf5e2',
  'd6545c6b-dd9d-4265-91e6-0b451e2f1c50',
  'dcbc65aa-59f3-4239-8978-3bb869d82604',
  'deb528de-8f89-4101-881c-595899253102',
  'e1a09430-221d-4d4c-a337-1edb5a1fa9bb',
  'e1d1b522-02b0-4d18-a04f-5ab62d20445f',
  'e2c1c086-2d84-4019-bff3-c44ccd95113c',
  'ec71c0bc-6a45-4b1f-9587-80dc83e6898c',
  'f0e6e85b-9b9f-4a4b-b67b-f730d42f1b0b',
  'f380edf5-de79-4862-bd57-ee407d8bd8b6',
  'f466b2a6-823d-470d-8ea5-b031e72d79ae',
  'f493116f-3b7f-4ab3-bf80-0c2af35e46c2',
  'f5c0bfb3-acea-47b1-b477-b0edcdf6edc1',
  'f9d614c5-c173-4d56-95a7-b4437057d193',
  'fa3a6357-c6d6-4120-8429-855577ec0063',
  'fa98f1b1-1f56-4179-9faf-93ad82f3458f',
  'fb74e86f-d351-4b8d-b034-93da7391c01f',
  'fd34e936-069e-4fe5-bac6-f7c9824caab6',
];

/** Category Container Apps. */
const CONTAINER_APPS: readonly string[] = [
  '0e80e269-43a4-4ae9-b5bc-178126b8a5cb',
  '2b585559-a78e-4cc4-b1aa-fb169d2f6b96',
  '783ea2a8-b8fd-46be-896a-9ae79643a0b1',
  '7c9f3fbb-739d-4844-8e42-97e3be6450e0',
  '8b346db6-85af-419b-8557-92cee2c0f9bb',
  'b874ab2d-72dd-47f1-8cb5-4a306478a4e7',
  'd074ddf8-01a5-4b5e-a2b8-964aed452c0a',
];

const COVERING: ReadonlySet<string> = new Set([
  ...BENCHMARKS,
  ...[...APP_SERVICE, ...CONTAINER_APPS].map((id) => `/providers/microsoft.authorization/policydefinitions/${id}`),
]);
