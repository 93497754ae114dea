// What a citizen is called where nobody told their name. Pure.

import {t} from "../words.js";

// A telephone number, a mail address or a postal one says something to a reader; a visitor's or a chat's mark does not.
const TELLING = /^\+?[0-9 ()-]{4,}$|@|[^\x00-\x7f]|\s/;

/** The name, else an address that means something, else "no name" with the contact's reference. */
export function nameOf(contact) {
  const {name, address = ""} = contact.customer ?? {};
  if (name) return name;
  return TELLING.test(address) ? address : t("customer.nameless", {reference: contact.reference});
}
