/** What a command says instead of working, where the user has to do something first. Not a fault. */
export class Declined extends Error {
  override name = 'Declined';
}

/** What a command says where the workspace has to be trusted first; a button leads there. */
export class TrustNeeded extends Declined {
  override name = 'TrustNeeded';
}

/** The user left a question unanswered; nothing is said about it. */
export class Dismissed extends Error {
  override name = 'Dismissed';
}
