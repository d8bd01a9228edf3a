/** Which modal dialog is the topmost one: a message is shown there, since the page below is inert. */

/** The number of modal dialogs that are open. */
export const openDialogs = $state({ count: 0 });
