// Words of the editor in both languages, the same keys in each. Numbers are written in the language's digits.

import {language} from "/static/boot.js";
import {number} from "/static/words.js";

export const WORDS = {
  fa: {
    "articles": "مطلب‌ها", "work": "کارها", "approvals": "تأییدها", "gaps": "کمبودها", "report": "گزارش", "setup": "تنظیم", "import": "وارد کردن",
    "articles.meaning": "پاسخ‌هایی که به همکاران پیشنهاد و به شهروندان نشان داده می‌شود.", "work.meaning": "مطلب‌هایی که کسی نادرست دانسته یا پایه‌شان عوض شده است.",
    "approvals.meaning": "نوشته‌هایی که در انتظار تأیید کسی دیگرند.", "gaps.meaning": "پرسش‌هایی که پاسخ خوبی پیدا نکردند، کنار هم؛ هر دسته مسئول و پیش‌نویسی دارد.",
    "report.meaning": "هر مطلب چه کرد، در برابر تماس‌های همانندی که آن را نداشتند.", "setup.meaning": "دسته‌ها، هم‌معنی‌ها و مسیریابی خودکار.",
    "import.meaning": "از CSV، Markdown، HTML یا یک zip از آن‌ها؛ دوباره که وارد شود چیزی دوتا نمی‌شود.",
    "new": "مطلب تازه", "search": "جست‌وجو در مطلب‌ها", "title": "عنوان", "body": "متن", "state": "وضعیت", "language": "زبان", "category": "دسته", "owner": "مسئول",
    "changed": "تغییر", "none": "چیزی نیست.", "any": "همه", "overdue": "بازبینی گذشته", "mine": "مطلب‌های من", "marks": "نشانه‌ها",
    "state.draft": "پیش‌نویس", "state.internal": "درونی", "state.public": "همگانی", "state.archived": "بایگانی", "fa": "فارسی", "en": "انگلیسی",
    "behind": "ترجمه عقب است", "task.wrong": "نادرست", "task.stale": "پایه عوض شده", "save": "ذخیره", "saved": "ذخیره شد.", "preview": "پیش‌نمایش", "write": "نوشتن",
    "keywords": "کلیدواژه‌ها", "keywords.hint": "با ویرگول جدا کنید", "review": "بازبینی", "review.none": "بی‌تاریخ", "months.1": "یک ماه دیگر", "months.3": "سه ماه دیگر", "months.6": "شش ماه دیگر", "months.12": "یک سال دیگر",
    "publish": "انتشار", "publish.at": "روز انتشار", "publish.clock": "ساعت", "publish.later": "زمان‌بندی", "publish.forget": "لغو زمان‌بندی", "publish.waits": "در {day} خودبه‌خود «{state}» می‌شود.",
    "ask": "درخواست تأیید", "asked": "درخواست شد؛ کسی دیگر تأیید می‌کند.", "approve": "تأیید", "refuse": "رد", "reason": "دلیل", "note": "یادداشت برای همکاران",
    "archive": "بایگانی", "twin": "زبان دیگر", "twin.add": "نوشتن به {language}", "in_step": "این ترجمه اکنون همان را می‌گوید", "open": "باز کردن", "see": "دیدن در راهنما",
    "merge": "همکاری این مطلب را هم‌زمان عوض کرد. هر دو نوشته کنار هم گذاشته شد؛ بخوانید و ذخیره کنید.",
    "merge.conflicts": "{n} جا را هر دو عوض کرده‌اید: میان نشانه‌ها یکی را نگه دارید و نشانه‌ها را بردارید.", "merge.left": "هنوز نشانه‌های ناهمخوانی در متن است.",
    "gone": "این مطلب دیگر نیست یا دیگر نمی‌توانید آن را ببینید.", "archived.now": "این مطلب بایگانی شده است و به کسی پیشنهاد نمی‌شود.",
    "versions": "نسخه‌ها", "version": "نسخهٔ {n}", "compare": "تفاوت با اکنون", "restore": "برگرداندن", "restored": "نسخهٔ {n} برگشت.", "files": "پرونده‌ها", "file.add": "افزودن پرونده", "file.picture-type": "نام این پرونده تصویر است ولی تصویر نیست؛ PNG، JPEG، GIF و WebP پذیرفته می‌شود.", "file.picture-broken": "این تصویر خراب یا ناقص است.", "file.picture-size": "این تصویر بیش از اندازه بزرگ است: هر سو تا ۱۲٬۰۰۰ و در کل تا ۴۰ میلیون پیکسل.", "file.put": "گذاشتن در متن",
    "links": "وابسته به", "link.add": "افزودن", "link.kind": "گونه", "link.target": "شناسه", "link.title": "نام", "link.url": "نشانی", "kind.service": "خدمت", "kind.fault": "خرابی", "kind.warranty": "ضمانت", "kind.page": "صفحه",
    "flag": "نادرست است", "flag.words": "چه چیز نادرست است؟", "flagged": "برای مسئول مطلب نوشته شد.", "settle.done": "انجام شد", "settle.refused": "کاری نمی‌خواهد",
    "heading": "سرتیتر", "bold": "پررنگ", "list": "فهرست", "numbers": "شماره‌دار", "table": "جدول", "link": "پیوند", "cell": "خانه", "words": "واژه‌ها",
    "outcomes": "نتیجه‌ها", "shown": "نشان داده", "opened": "باز شده", "used": "به کار رفته", "sent": "فرستاده", "edited": "پیش از فرستادن ویرایش شده", "yes": "بله", "no": "نه",
    "resolved": "حل شد", "returned": "دوباره آمد", "liked": "راضی در نظرسنجی", "with": "با این مطلب", "without": "بی آن", "of": "{count} از {of}", "between": "میان {low} و {high}", "verdict.more": "بیشتر", "verdict.fewer": "کمتر", "verdict.unknown": "تفاوتی دیده نمی‌شود", "verdict.few": "شمار کم است", "verdict": "تفاوت", "still.open": "{n} تماس هنوز در مهلت بازگشت است.", "report.empty": "هنوز تماسی با مطلبی بسته نشده است.", "order": "ترتیب", "order.used": "پرکاربردترین", "order.most": "بیشترین کمک", "order.least": "کمترین کمک", "show.more": "{n} مطلب دیگر",
    "days": "تماسی که تا {n} روز دیگر دربارهٔ همان موضوع برگردد، حل نشده است؛ ستون‌ها بازهٔ ۹۵ درصدی را هم نشان می‌دهند.", "feedback": "سخن شهروندان",
    "gap.asked": "{n} بار", "gap.take": "با من", "gap.back": "با من نیست", "gap.rule": "به انتخاب سامانه", "gap.day": "تا روز", "gap.due": "تا {day}", "gap.late": "دیر شده", "gap.counts": "{gaps} کمبود، {overdue} دیرشده", "gap.prepared": "پیش‌نویس آماده است: {answers} پاسخ از همکاران، {removed} تکهٔ شخصی برداشته می‌شود.", "work.mine": "{n} کار با شماست", "gap.draft": "نوشتن پاسخ", "gap.done": "پاسخ داده شد", "gap.ignore": "پاسخ نمی‌خواهد", "gap.open": "باز", "gap.owned": "در دست", "gap.ignored": "کنار گذاشته", "examples": "نمونه‌ها و پیش‌نویس", "fit.none": "بی‌پاسخ", "fit.weak": "پاسخ سست", "fit.returned": "دوباره آمده",
    "name": "نام کوتاه", "title_fa": "عنوان فارسی", "title_en": "عنوان انگلیسی", "least_role": "دست‌کم", "skills": "مهارت‌ها", "category.queues": "تنها برای صف‌ها", "category.queues.hint": "نام صف‌ها با ویرگول؛ آنچه برای شهروندان نیست تنها برای همکاران آن‌هاست", "category.editors": "ویرایش با صف‌ها", "category.editors.hint": "همکاران این صف‌ها متن مطلب‌های درونی را بی درخواست عوض می‌کنند", "category.owner": "مسئول دسته", "for_citizens": "برای شهروندان هم", "role.agent": "کارشناس", "role.supervisor": "سرپرست", "role.admin": "مدیر",
    "add": "افزودن", "remove": "برداشتن", "synonyms": "هم‌معنی‌ها", "synonyms.hint": "واژه‌هایی که یک معنا دارند، با ویرگول", "categories": "دسته‌ها",
    "routing": "مسیریابی خودکار", "routing.meaning": "از این اطمینان به بالا، تماس در انتظار بی‌دخالت کسی به آنجا می‌رود؛ همیشه ثبت می‌شود و برگشت‌پذیر است.", "routing.off": "خاموش", "field.queue": "صف", "field.service": "خدمت", "field.kind": "گونه", "field.disposition": "نتیجه", "right": "{right} از {of} درست، از {least} (گفته شده {stated})",
    "meaning": "مدل معنا", "meaning.meaning": "مدلی که معنای پرسش‌ها را می‌خواند؛ اختیاری است و بر همین دستگاه کار می‌کند.", "meaning.off": "مدلی تعیین نشده است؛ جست‌وجو بی آن هم کامل است.", "meaning.opening": "مدل باز می‌شود…", "meaning.reading": "مدل مطلب‌ها را می‌خواند؛ جست‌وجو در این میان کار می‌کند.", "meaning.on": "مدل همه را خوانده است.", "meaning.counts": "تماس‌های گذشته نشان می‌دهند که کمک می‌کند؛ به شمار می‌آید.", "meaning.idle": "تماس‌های گذشته هنوز نشان نمی‌دهند که کمک کند؛ به شمار نمی‌آید.", "meaning.fault": "مدل کار نمی‌کند و جست‌وجو بی آن ادامه دارد:", "meaning.read": "{read} از {all} نوشته خوانده شد",
    "import.file": "پرونده", "import.try": "آزمایش", "import.pictures": "{n} تصویر", "import.run": "وارد کن", "outcome.created": "تازه", "outcome.changed": "به‌روز", "outcome.same": "بی‌تغییر", "outcome.refused": "رد", "import.counts": "تازه {created}، به‌روز {changed}، بی‌تغییر {same}، رد {refused}",
    "draft.title": "مطلب از روی تماس", "draft.meaning": "برای هر تکهٔ شخصی تصمیم بگیرید: برداشته شود یا بماند. تا همه روشن نشود چیزی ذخیره نمی‌شود.", "draft.remove": "بردار", "draft.keep": "بماند", "draft.left": "{n} تکه مانده است.", "draft.save": "ذخیرهٔ پیش‌نویس",
    "find.name": "نام", "find.mobile": "همراه", "find.phone": "تلفن", "find.national-id": "کد ملی", "find.card": "کارت", "find.iban": "شبا", "find.email": "رایانامه", "find.username": "شناسه", "find.reference": "پیگیری", "find.postal-code": "کد پستی", "find.address": "نشانی", "find.plate": "پلاک", "find.passport": "گذرنامه", "find.birth": "تولد", "find.number": "شماره",
    "leave": "تغییرهای ذخیره‌نشده از میان برود؟", "back": "بازگشت",
  },
  en: {
    "articles": "Articles", "work": "Tasks", "approvals": "Approvals", "gaps": "Gaps", "report": "Report", "setup": "Set-up", "import": "Import",
    "articles.meaning": "Answers that are suggested to colleagues and shown to citizens.", "work.meaning": "Articles that somebody found wrong, or whose ground has moved.",
    "approvals.meaning": "Words that wait for somebody else's yes.", "gaps.meaning": "Questions that found no good answer, those alike together; each has an owner and a draft.",
    "report.meaning": "What each article achieved, against comparable contacts without it.", "setup.meaning": "Categories, synonyms and automatic routing.",
    "import.meaning": "From CSV, Markdown, HTML or a zip of them; importing again doubles nothing.",
    "new": "New article", "search": "Search articles", "title": "Title", "body": "Text", "state": "State", "language": "Language", "category": "Category", "owner": "Owner",
    "changed": "Changed", "none": "Nothing here.", "any": "All", "overdue": "Review overdue", "mine": "My articles", "marks": "Marks",
    "state.draft": "Draft", "state.internal": "Internal", "state.public": "Public", "state.archived": "Archived", "fa": "Persian", "en": "English",
    "behind": "Translation is behind", "task.wrong": "Wrong", "task.stale": "Ground moved", "save": "Save", "saved": "Saved.", "preview": "Preview", "write": "Write",
    "keywords": "Keywords", "keywords.hint": "Separate by commas", "review": "Review", "review.none": "No date", "months.1": "In a month", "months.3": "In three months", "months.6": "In six months", "months.12": "In a year",
    "publish": "Publish", "publish.at": "Day of publication", "publish.clock": "Hour", "publish.later": "Schedule", "publish.forget": "Unschedule", "publish.waits": "Becomes {state} by itself: {day}.",
    "ask": "Ask for approval", "asked": "Asked; somebody else approves.", "approve": "Approve", "refuse": "Refuse", "reason": "Reason", "note": "Note for colleagues",
    "archive": "Archive", "twin": "Other language", "twin.add": "Write it in {language}", "in_step": "This translation says the same now", "open": "Open", "see": "See it on the help pages",
    "merge": "A colleague changed this article at the same time. Both texts were put together; read them and save.",
    "merge.conflicts": "You both changed {n} places: between the marks keep one and take the marks out.", "merge.left": "There are still conflict marks in the text.",
    "gone": "This article is gone, or you may not see it any more.", "archived.now": "This article is archived and is suggested to nobody.",
    "versions": "Versions", "version": "Version {n}", "compare": "Difference to now", "restore": "Restore", "restored": "Version {n} is back.", "files": "Files", "file.add": "Add a file", "file.picture-type": "This file is called a picture and is none; PNG, JPEG, GIF and WebP are taken.", "file.picture-broken": "This picture is broken or cut off.", "file.picture-size": "This picture is too large: at most 12,000 pixels a side and 40 million in all.", "file.put": "Put into text",
    "links": "Depends on", "link.add": "Add", "link.kind": "Kind", "link.target": "Id", "link.title": "Name", "link.url": "Address", "kind.service": "Service", "kind.fault": "Fault", "kind.warranty": "Warranty", "kind.page": "Page",
    "flag": "It is wrong", "flag.words": "What is wrong?", "flagged": "Written down for the article's owner.", "settle.done": "Done", "settle.refused": "Needs nothing",
    "heading": "Heading", "bold": "Bold", "list": "List", "numbers": "Numbered", "table": "Table", "link": "Link", "cell": "cell", "words": "words",
    "outcomes": "Outcomes", "shown": "Shown", "opened": "Opened", "used": "Used", "sent": "Sent", "edited": "Edited before sending", "yes": "Yes", "no": "No",
    "resolved": "Resolved", "returned": "Came back", "liked": "Content in surveys", "with": "With it", "without": "Without", "of": "{count} of {of}", "between": "between {low} and {high}", "verdict.more": "more", "verdict.fewer": "fewer", "verdict.unknown": "no difference seen", "verdict.few": "too few to say", "verdict": "Difference", "still.open": "{n} contacts may still come back.", "report.empty": "No contact was closed with an article yet.", "order": "Order", "order.used": "Used most", "order.most": "Helps most", "order.least": "Helps least", "show.more": "{n} more articles",
    "days": "A contact that comes back on the same matter within {n} days was not resolved; the columns also show the 95 % interval.", "feedback": "What citizens said",
    "gap.asked": "{n} times", "gap.take": "Take it", "gap.back": "Not mine", "gap.rule": "As the rules say", "gap.day": "Until", "gap.due": "until {day}", "gap.late": "Overdue", "gap.counts": "{gaps} gaps, {overdue} overdue", "gap.prepared": "A draft is prepared: {answers} answers of colleagues, {removed} personal pieces are to be taken out.", "work.mine": "{n} tasks are yours", "gap.draft": "Write the answer", "gap.done": "Answered", "gap.ignore": "Needs no answer", "gap.open": "Open", "gap.owned": "Owned", "gap.ignored": "Ignored", "examples": "Examples and draft", "fit.none": "No answer", "fit.weak": "Weak answer", "fit.returned": "Came back",
    "name": "Short name", "title_fa": "Persian title", "title_en": "English title", "least_role": "At least", "skills": "Skills", "category.queues": "Only for queues", "category.queues.hint": "Names of queues, with commas; what is not for citizens is only for their agents", "category.editors": "Edited by queues", "category.editors.hint": "Agents of these queues change the words of internal articles without asking", "category.owner": "Keeper", "for_citizens": "Also for citizens", "role.agent": "Agent", "role.supervisor": "Supervisor", "role.admin": "Admin",
    "add": "Add", "remove": "Remove", "synonyms": "Synonyms", "synonyms.hint": "Words of one meaning, with commas", "categories": "Categories",
    "routing": "Automatic routing", "routing.meaning": "From this confidence on, a waiting contact goes there without a person; always recorded, and it can be taken back.", "routing.off": "Off", "field.queue": "Queue", "field.service": "Service", "field.kind": "Kind", "field.disposition": "Disposition", "right": "{right} of {of} right, from {least} (stated {stated})",
    "meaning": "Model of meaning", "meaning.meaning": "It reads what questions mean; optional, and it works on this machine.", "meaning.off": "No model is set; search is whole without it.", "meaning.opening": "The model is being opened…", "meaning.reading": "The model reads the articles; search works meanwhile.", "meaning.on": "The model has read everything.", "meaning.counts": "Past contacts show that it helps; it counts.", "meaning.idle": "Past contacts do not show yet that it helps; it does not count.", "meaning.fault": "The model does not work, and search goes on without it:", "meaning.read": "{read} of {all} texts are read",
    "import.file": "File", "import.try": "Try", "import.pictures": "{n} pictures", "import.run": "Import", "outcome.created": "New", "outcome.changed": "Changed", "outcome.same": "Same", "outcome.refused": "Refused", "import.counts": "{created} new, {changed} changed, {same} the same, {refused} refused",
    "draft.title": "An article out of a contact", "draft.meaning": "Decide on each personal piece: take it out or keep it. Nothing is stored before all are decided.", "draft.remove": "Take out", "draft.keep": "Keep", "draft.left": "{n} pieces are left.", "draft.save": "Save the draft",
    "find.name": "Name", "find.mobile": "Mobile", "find.phone": "Phone", "find.national-id": "National id", "find.card": "Card", "find.iban": "IBAN", "find.email": "E-mail", "find.username": "Username", "find.reference": "Reference", "find.postal-code": "Postal code", "find.address": "Address", "find.plate": "Plate", "find.passport": "Passport", "find.birth": "Birth date", "find.number": "Number",
    "leave": "Lose changes that are not saved?", "back": "Back",
  },
};

/** The words for a key; `{name}` places are filled. A missing key shows itself. */
export const w = (key, values = {}) => (WORDS[language][key] ?? key).replace(/\{(\w+)\}/g, (place, name) => {
  const value = values[name];
  return value === undefined ? place : typeof value === "number" ? number(value) : `\u2068${value}\u2069`;
});

/** The title of a category. */
export const shelfName = (each) => each ? each[`title_${language}`] || each.name : "";
