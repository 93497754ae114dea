// The words of the live pages in English. The same keys stand in fa.js.

export const words = {
  "place.start": "Start page", "place.console": "Console", "place.board": "Board", "place.knowledge": "Knowledge", "place.admin": "Admin", "places": "Places",
  "skip": "Skip to the content", "back": "Back", "more": "More", "less": "Less", "cancel": "Cancel", "save": "Save", "copy": "Copy", "yes": "yes", "no": "no",
  "close.window": "Close window", "settings": "Settings", "signout": "Sign out", "language": "Language", "theme": "Appearance", "someone": "a colleague",
  "theme.auto": "As the system", "theme.light": "Light", "theme.dark": "Dark", "sound": "Sound for offers and messages", "list.comma": ",", "older": "Older",

  "line.waiting": "The line to the desk is cut. Trying again in {n} s; what you see may be out of date.",
  "line.now": "Try now", "line.catching-up": "The line is back; what happened meanwhile is arriving…", "line.ended": "Your session has ended. Drafts stay in this tab.", "line.signin": "Sign in again",

  "error.fault": "Something unexpected went wrong; it was logged.", "error.unreachable": "No answer came, so nobody knows whether it was done. Press again: it will not be done twice.",
  "error.bad_request": "This was not accepted.", "error.unauthorized": "Your session has ended; please sign in again.", "error.forged": "This page is out of date; please load it again.",
  "error.forbidden": "You are not allowed to do this.", "error.not_found": "This is no longer here.", "error.conflict": "Something changed at the same moment; look at it as it is now.",
  "error.too_large": "This is larger than allowed.", "error.too_many": "Too many requests; wait a little.", "error.unavailable": "The desk cannot record anything right now; try again in a moment.",
  "error.conflict.accept": "This contact no longer waits for you: time ran out or a colleague has it.", "error.conflict.decline": "This offer had already ended.",
  "error.conflict.take": "A colleague was faster.", "error.conflict.reply": "You no longer hold this contact; your text was kept.", "error.conflict.retry": "This message was settled meanwhile.",
  "error.conflict.close": "This contact cannot be closed any more.", "error.conflict.transfer": "You no longer hold this contact.", "error.conflict.state": "Your state changed meanwhile.",
  "error.conflict.agent": "This login is taken, or the last admin would be lost.", "error.conflict.queue": "This name is taken.",
  "error.not_found.take": "This contact no longer waits.", "error.not_found.accept": "This offer is gone.",

  "lists": "Contacts", "tab.mine": "Mine", "tab.waiting": "Waiting", "tab.team": "Team", "tab.ended": "Ended", "search": "Search name, number, code…", "search.nothing": "Nothing found.",
  "empty.mine": "You hold no contact. While you are ready, contacts come by themselves.", "empty.waiting": "Nobody is waiting.", "empty.team": "Colleagues hold no contacts.", "empty.ended": "No contact has ended yet.",
  "list.more": "and {n} more; use the search.", "no-text": "No text", "unseen": "unread", "our-turn": "our turn",
  "state.self-service": "in the menu", "state.waiting": "waiting", "state.offered": "offered", "state.active": "talking", "state.snoozed": "put aside", "state.wrap-up": "wrap-up", "state.closed": "closed", "state.abandoned": "abandoned",
  "segment.vip": "VIP", "segment.ordinary": "ordinary", "segment.organisation": "organisation", "segment.potential": "potential",
  "medium.email": "E-mail", "medium.sms": "SMS", "medium.webchat": "Web chat", "medium.telegram": "Telegram", "medium.voice": "Call", "medium.phone": "Phone note", "medium.fax": "Fax", "medium.letter": "Letter", "medium.counter": "Counter", "medium.form": "Web form",

  "offers": "Offers", "offer.new": "A contact for you", "offer.left": "{n} seconds left to answer",
  "deed.accept": "Accept", "deed.decline": "Not now", "deed.take": "Take", "deed.transfer": "Hand over", "deed.snooze": "Put aside", "deed.finish": "Finish", "deed.close": "Close", "deed.reopen": "Reopen", "deed.hangup": "Hang up",

  "conversation": "Conversation", "messages": "Messages", "talk.none": "Choose a contact from the list.", "talk.gone": "You cannot see this contact, or it has not arrived yet.", "messages.below": {one: "{n} new message", other: "{n} new messages"},
  "typing.customer": "is typing…", "typing.agent": "{name} is typing…", "ended.as": "Closed: {how}", "why": "Why? The router's decision",
  "direction.in": "From", "direction.out": "Answer", "direction.note": "Note", "author.house": "The desk", "note.internal": "colleagues only", "automatic": "automatic",
  "text.whole": "Show the whole text", "text.short": "Only what is new", "html.show": "Show as it was sent", "html.hide": "Hide the original look", "html.title": "The message as it was sent, made harmless", "file.unnamed": "unnamed",
  "delivery.pending": "waiting to go", "delivery.sending": "going", "delivery.sent": "sent", "delivery.delivered": "delivered", "delivery.read": "read", "delivery.failed": "not delivered", "delivery.uncertain": "uncertain",
  "delivery.uncertain.why": "It may or may not have arrived.", "delivery.retry": "Send again", "delivery.resend": "Send again (may arrive twice)", "delivery.leave": "Leave it", "delivery.again": "next try in {n} s",

  "composer": "Write", "composer.reply": "Reply", "composer.note": "Note", "composer.reply.hint": "Write your answer…", "composer.note.hint": "A note for colleagues; the citizen never sees it…", "composer.reply.send": "Send", "composer.note.send": "Save note", "composer.sends": "sends",
  "sms.count": {one: "{n} part · {left} characters left", other: "{n} parts · {left} characters left"},
  "files.add": "Attach files", "files.remove": "Remove", "files.loading": "uploading…", "files.none-here": "This channel carries no files.", "files.too-many": "This channel carries at most {n} files.", "files.too-large": "{name} is larger than {most}.",
  "size.bytes": "{n} B", "size.kilo": "{n} kB", "size.mega": "{n} MB",

  "side": "Customer and suggestions", "side.suggestions": "Suggestions", "side.customer": "Customer", "side.story": "Story", "side.none": "No contact is chosen.",
  "suggestions.none": "No ready answer was found for this question.", "suggestions.weak": "uncertain", "suggestions.insert": "Insert", "suggestions.search": "Search the articles…",
  "customer.nameless": "No name · {reference}", "customer.addresses": "Addresses", "customer.opted-out": "opted out", "customer.history": "Earlier contacts", "customer.first": "This is their first contact.",
  "extra.page": "Page", "extra.cc": "Copy to", "extra.location": "Location", "why.none": "No decision has been recorded yet.",

  "transfer.to": "To", "transfer.queue": "A queue", "transfer.agent": "A colleague", "queue.ready": {one: "{n} ready", other: "{n} ready"}, "queue.waiting": {one: "{n} waiting", other: "{n} waiting"}, "note.for-colleague": "Note for the colleague (optional)", "note.closing": "Closing note (optional)",
  "snooze.meaning": "The contact stays aside until then, or until the citizen writes again.", "snooze.until": "Until", "snooze.hour": "One hour", "snooze.three": "Three hours", "snooze.tomorrow": "Tomorrow morning", "snooze.week": "Next week",
  "close.how": "How did it end?", "disposition.self-service": "By itself", "disposition.dropped": "Not answered by the citizen", "disposition.resolved": "Resolved", "disposition.answered": "Answered", "disposition.no-answer": "No answer", "disposition.wrong-number": "Wrong number", "disposition.spam": "Spam", "disposition.other": "Other",

  "record": "Record contact", "record.title": "Record a contact that came another way", "record.how": "How it came", "record.name": "Name", "record.address": "Number or address", "record.subject": "Subject", "record.text": "What was said or written", "record.queue": "Queue", "record.queue.own": "The channel's own queue", "record.scan": "Picture or scan", "record.submit": "Record", "record.done": "Recorded: {reference}",
  "record.phone": "Telephone", "record.date": "When", "record.date.hint": "like 2026-11-21 10:15; empty means now", "record.registration": "Number in the register", "record.in": "They contacted us", "record.out": "We contacted them", "delivery.handed": "Handed over", "delivery.not-handed": "Not handed over", "delivery.by-hand": "Deliver it by hand, then say so",

  "me.ready": "Ready", "me.away": "Away", "me.offline": "Offline", "status.label": "My state: {state}", "status.away": "Away: {reason}", "status.load": "load {load} of {capacity}",
  "away.break": "break", "away.lunch": "lunch", "away.meeting": "meeting", "away.training": "training", "away.other": "other", "away.no-answer": "missed an offer", "away.connection-lost": "the line was lost",
  "role.agent": "agent", "role.supervisor": "supervisor", "role.admin": "admin",

  "keys": "Keys", "keys.letters": "Single letters work outside of fields", "keys.meaning": "A key counts by its place, whatever the keyboard's language.", "key.accept": "Accept the offer", "key.decline": "Decline the offer", "key.next": "Next contact", "key.previous": "Previous contact", "key.reply": "Write an answer", "key.note": "Write a note",
  "key.suggest.1": "Insert the first suggestion", "key.suggest.2": "Insert the second", "key.suggest.3": "Insert the third", "key.transfer": "Hand over", "key.snooze": "Put aside", "key.finish": "Finish the talk", "key.close": "Close the contact", "key.why": "Why?", "key.record": "Record a contact", "key.ready": "Ready / away", "key.search": "Search", "key.tab.1": "My list", "key.tab.2": "Waiting list", "key.tab.3": "Team list", "key.help": "This help", "key.send": "Send",

  "day.today": "Today", "day.yesterday": "Yesterday", "span.moment": "just now", "span.minutes": "{n} min", "span.hours": "{n} h", "span.hours-minutes": "{h} h {m} min", "span.days": "{n} d",

  "actor.flow": "The dialogue", "journal.flow-started": "A dialogue began.", "journal.flow-ended.contained": "The dialogue ended by itself.", "journal.flow-ended.handed-over": "The dialogue handed over to a person.", "journal.flow-ended.dropped": "The dialogue ended without an answer.", "journal.case-opened": "A case was opened.", "journal.case-changed": "The case moved on.", "journal.survey-answered": "The citizen rated the service.",
  "actor.agent": "A colleague", "actor.customer": "The citizen", "actor.channel": "The channel", "actor.router": "The router", "actor.timer": "The timer", "actor.system": "The system",
  "journal.contact-opened": "The contact began.", "journal.contact-queued": "Went to {queue}.", "journal.contact-queued.transfer": "Was handed to {queue}.", "journal.contact-queued.expired": "The offer was not answered; back to {queue}.", "journal.contact-queued.declined": "Declined; back to {queue}.", "journal.contact-queued.reopened": "Reopened, went to {queue}.", "journal.contact-queued.woke": "The time aside was over; went to {queue}.",
  "journal.message-added.in": "The citizen wrote.", "journal.message-added.out": "{who} answered.", "journal.message-added.note": "{who} wrote a note.", "journal.delivery-changed.failed": "A message did not arrive.", "journal.delivery-changed.uncertain": "It is uncertain whether a message arrived.", "journal.delivery-changed.delivered": "A message arrived.", "journal.delivery-changed.read": "A message was read.",
  "journal.offer-made": "Offered to {agent}.", "journal.offer-ended.accepted": "{agent} accepted.", "journal.offer-ended.declined": "{agent} declined.", "journal.offer-ended.expired": "{agent} did not answer.", "journal.offer-ended.rescinded": "The offer to {agent} was taken back.",
  "journal.contact-changed.active": "Open with {agent}.", "journal.contact-changed.wrap-up": "The talk ended; wrap-up.", "journal.contact-changed.snoozed": "{who} put it aside.", "journal.contact-changed.closed": "Closed: {how}", "journal.contact-changed.abandoned": "The citizen left before an answer.",
  "journal.suggestion-used": "{agent} used an article.",
  "outcome.accepted": "accepted", "outcome.declined": "declined", "outcome.expired": "not answered", "outcome.rescinded": "taken back", "outcome.waiting": "waiting", "outcome.live": "under way",
  "reason.new": "new", "reason.transfer": "handed over", "reason.reopened": "reopened", "reason.declined": "declined", "reason.expired": "not answered", "reason.woke": "woke",

  "deeds": "Actions", "agents": "Agents", "queues": "Queues", "channels": "Channels", "channels.none": "There is no channel in config.toml yet.", "edit": "Edit", "saved": "Saved.", "never": "never", "password": "Password", "seconds": "{n} s",
  "board.opening": "The board is opening…", "board.waiting": "Waiting longest", "board.offered": "Offered to {name}.", "board.day": "Today by half hours", "board.day.none": "No contact has come today yet.", "day.arrived": "arrived", "day.answered": "answered", "day.abandoned": "abandoned", "day.from": "from",
  "figure.waiting": "Waiting", "figure.waiting.meaning": "Contacts that wait for an agent now.", "figure.longest": "Longest wait", "figure.longest.meaning": "Since the oldest waiting contact came into a queue; declining or handing over does not start it anew.",
  "figure.ready": "Ready / here", "figure.ready.meaning": "Agents who take offers, of those who are here.", "figure.answered": "Answered", "figure.answered.meaning": "Contacts that an agent accepted today after they had waited; each once, for the queue where it was accepted.",
  "figure.abandoned": "Abandoned", "figure.abandoned.meaning": "Citizens who left today before anybody accepted.", "figure.level": "Service level", "figure.level.meaning": "Share accepted within {n} s, of all that were accepted or abandoned today; who left within the first five seconds is not counted.",
  "figure.level.all": "Service level, all", "figure.level.all.meaning": "Share accepted within their own queue's target, over all queues, today.", "figure.none": "nothing yet", "queue.nobody": "nobody ready", "agent.unplugged": "no line", "channel.outbox": {one: "{n} to go", other: "{n} to go"},
  "light.ok": "working", "light.starting": "starting", "light.down": "down", "light.refused": "refused", "light.misconfigured": "misconfigured", "light.paused": "paused", "light.alarm": "alarm",

  "admin.flows": "Flows", "admin.agents": "Agents", "admin.agents.meaning": "Who answers, with what skills, and how much at once.", "admin.agents.add": "New agent", "admin.queues": "Queues", "admin.queues.meaning": "Where contacts wait and what skills they ask for.", "admin.queues.add": "New queue",
  "admin.channels": "Channels", "admin.channels.meaning": "Channels are set up in config.toml; here is how each stands, and a check.", "admin.tokens": "API tokens", "admin.tokens.meaning": "For other systems that work with the desk.", "admin.tokens.add": "New token",
  "admin.quarantine": "Not understood", "admin.quarantine.meaning": "What came in and could not be read; kept exactly as it came.",
  "admin.articles": "Articles", "admin.articles.meaning": "Ready answers: internal ones are suggested to agents, public ones citizens see too.", "admin.articles.add": "New article", "article.title": "Title", "article.body": "The answer", "article.state": "State", "article.changed": "Last changed", "article.keywords": "Keywords", "article.keywords.hint": "separate by commas", "article.none": "There is no article yet.",
  "article-state.draft": "draft", "article-state.internal": "internal", "article-state.public": "public", "article-state.archived": "archived", "error.conflict.article": "A colleague changed it meanwhile; open it again.",
  "agent.login": "Login", "agent.name": "Name", "agent.public-name": "Name that citizens see", "agent.public-name.hint": "empty means the same name", "agent.role": "Role", "agent.skills": "Skills", "agent.skills.hint": "like: persian 5, building 3", "agent.capacity": "Capacity", "agent.capacity.hint": "points of contacts at once",
  "agent.phone": "Telephone", "agent.phone.hint": "calls are connected to this number", "agent.password.new": "New password", "agent.password.hint": "at least {n} characters", "agent.active": "Active, may sign in", "agent.inactive": "inactive",
  "queue.title": "Queue", "queue.name": "Short name", "queue.name.hint": "small Latin letters; used in settings", "queue.title_fa": "Persian title", "queue.title_en": "English title", "queue.skills": "Skills needed", "queue.skills.hint": "an agent needs all; separate by commas", "queue.target": "Target (seconds)", "queue.target.hint": "accepted within this counts for the service level",
  "queue.accept": "Offer stands (seconds)", "queue.accept.hint": "then it goes to somebody else", "queue.priority": "Priority", "queue.priority.hint": "higher is served first", "queue.active": "Active", "queue.inactive": "inactive",
  "token.name": "What for", "token.name.hint": "like: office automation", "token.made": "Made", "token.used": "Last used", "token.none": "There is no token yet.", "token.make": "Make", "token.remove": "Take back", "token.really": "Really take back", "token.once": "The new token", "token.once.meaning": "It is shown this once only; put it in a safe place.",
  "channel.pause": "Pause", "channel.resume": "Resume", "channel.pause.why": "Why is nothing to go out on {name}? Outgoing messages wait; incoming ones are taken.", "channel.log": "Exchange log", "channel.log.none": "Nothing was exchanged this week.", "channel.log.about": "Redacted: no words, addresses or secrets. Kept for a week.", "channel.log.way.in": "to us", "channel.log.way.out": "from us", "delivery.by": "went by {name}",
  "channel.check": "Check", "channel.nothing-to-check": "There was nothing to check.", "item.id": "No.", "item.channel": "Channel", "item.at": "When", "item.reason": "Why", "item.size": "Size", "item.raw": "The original", "item.none": "Nothing is left unread.",
  "mail.from-reader": "Written by somebody who reads along:", "mail.forwarded": "Passed on by", "mail.encrypted": "This mail is encrypted. The desk has no key; the original is kept.", "mail.signed.intact": "Signed, unchanged", "mail.signed.broken": "The signature does not fit: changed on the way?", "mail.signed.unchecked": "Signed; not checked", "mail.signed.unreadable": "Signed; the signature cannot be read", "mail.signed.issuer": "Who issued the certificate was not checked.", "mail.cc": "Copy to", "mail.cc.add": "add an address", "mail.cc.remove": "Without", "mail.why": "Why here?",
  "hint.token": "our mark in the mail", "hint.reference": "the mail it answers", "hint.thread": "the address", "hint.number": "the number in the subject", "hint.conversation": "the mail program's conversation", "hint.subject": "the subject of an answer", "hint.other-sender": "a stranger's claim", "hint.first": "first mail", "right.own": "the citizen's own", "right.reader": "reads along", "right.stranger": "no right to it",
  "event.invitation": "Invitation", "event.cancelled": "Cancelled", "event.answer": "Answer to an invitation", "event.proposal": "Another time", "event.event": "Event", "letter.number": "No.", "letter.print": "Print the letter", "letter.posted": "posted", "letter.delivered": "delivered", "letter.returned": "came back", "delivery.posted": "Posted", "record.callback": "Call back promised for", "record.callback.hint": "day and time, like 2026-11-23 10:30",
  "claim": "Somebody without a right to it says that this belongs to another contact.", "claim.look": "Look at it", "claim.join": "It belongs there: join", "suppressed": "nothing is sent", "suppressed.bounced": "Mail to it came back for good.", "suppressed.complaint": "Its owner called our mail unwanted.", "suppressed.lift": "Write again",
};
