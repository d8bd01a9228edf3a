/** Folders of `incoming` whose files belong to a person, for owners. */
import { Type } from 'typebox';
import { answers, Problem } from '../../api/photo-schemas.js';
import { strict } from '../../api/access-schemas.js';
import { notFound, PhotospoolError } from '../../base/errors.js';
import { assignFolder, unassignFolder, type AssigningParts } from '../../spool/give-folder.js';
import type { Context, Routes } from '../context.js';

const config = { rule: 'people' } as const;

const Folder = Type.Object({
  folder: Type.String({ description: 'its path below incoming: @anna' }),
  person: Type.Object({ id: Type.String(), name: Type.String() }),
});
const FolderPath = Type.String({ minLength: 1, maxLength: 1_000 });

/** @throws PhotospoolError `conflict` on a server without `incoming`. */
function partsOf({ folders, gate }: Context): AssigningParts {
  if (folders) return { ...folders, gate };
  throw new PhotospoolError('conflict', 'This server does not import files.');
}

export const folders: Routes = (app, context) => {
  const { access } = context;
  const personOf = (id: string): { id: string; name: string } => ({ id, name: access.people.find(id)?.name ?? id });

  app.get(
    '/api/folders',
    {
      config,
      schema: {
        summary: 'Lists the folders of incoming that are assigned to people',
        response: answers(Type.Object({ folders: Type.Array(Folder) })),
      },
    },
    () => {
      const all = partsOf(context).folders.list();
      return Promise.resolve({ folders: all.map(({ folder, person }) => ({ folder, person: personOf(person) })) });
    },
  );

  app.post(
    '/api/folders',
    {
      config,
      schema: {
        summary: 'Assigns a folder below incoming to a person, and creates it',
        body: strict({
          person: Type.String({ description: 'the id of the person' }),
          folder: Type.Optional(FolderPath),
        }),
        response: { 201: Folder, '4xx': Problem, '5xx': Problem },
      },
    },
    async ({ body }, reply) => {
      const person = access.accounts.find(body.person);
      if (!person) throw notFound('This person doesn’t exist.');
      const { folder } = await assignFolder(partsOf(context), person, body.folder);
      return reply.code(201).send({ folder, person: personOf(person.id) });
    },
  );

  app.delete(
    '/api/folders/:folder',
    {
      config,
      schema: {
        summary: 'Unassigns an empty folder',
        params: Type.Object({ folder: FolderPath }),
        response: answers(Type.Object({ takenBack: Type.Literal(true) })),
      },
    },
    async ({ params }) => {
      await unassignFolder(partsOf(context), params.folder);
      return { takenBack: true as const };
    },
  );
};
