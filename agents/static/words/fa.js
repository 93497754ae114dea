// The words of the live pages in Persian. The same keys stand in en.js.

export const words = {
  "place.start": "صفحهٔ آغاز", "place.console": "میز کار", "place.board": "تابلوی سرپرست", "place.knowledge": "دانش", "place.admin": "مدیریت", "places": "بخش‌ها",
  "skip": "رفتن به محتوای صفحه", "back": "بازگشت", "more": "بیشتر", "less": "کمتر", "cancel": "انصراف", "save": "ذخیره", "copy": "رونوشت", "yes": "بله", "no": "خیر",
  "close.window": "بستن پنجره", "settings": "تنظیمات", "signout": "خروج", "language": "زبان", "theme": "نما", "someone": "همکار",
  "theme.auto": "مانند دستگاه", "theme.light": "روشن", "theme.dark": "تیره", "sound": "زنگ پیام و پیشنهاد", "list.comma": "،", "older": "قدیمی‌ترها",

  "line.waiting": "ارتباط با سامانه قطع است. {n} ثانیهٔ دیگر دوباره می‌کوشیم؛ آنچه می‌بینید شاید تازه نباشد.",
  "line.now": "همین حالا", "line.catching-up": "ارتباط برگشت؛ آنچه در این میان رخ داده می‌رسد…", "line.ended": "نشست شما پایان یافته است. پیش‌نویس‌ها در همین برگه می‌مانند.", "line.signin": "ورود دوباره",

  "error.fault": "خطایی پیش‌بینی‌نشده رخ داد و ثبت شد.", "error.unreachable": "پاسخی نرسید؛ معلوم نیست انجام شد یا نه. دوباره بزنید: دو بار انجام نمی‌شود.",
  "error.bad_request": "این درخواست پذیرفته نشد.", "error.unauthorized": "نشست شما پایان یافته است؛ دوباره وارد شوید.", "error.forged": "نشست این صفحه کهنه شده است؛ صفحه را از نو باز کنید.",
  "error.forbidden": "اجازهٔ این کار را ندارید.", "error.not_found": "چنین چیزی دیگر اینجا نیست.", "error.conflict": "هم‌زمان تغییری رخ داد؛ وضعیت تازه را ببینید.",
  "error.too_large": "از اندازهٔ مجاز بزرگ‌تر است.", "error.too_many": "درخواست‌ها پیاپی شد؛ کمی صبر کنید.", "error.unavailable": "سامانه اکنون نمی‌تواند ثبت کند؛ کمی دیگر دوباره بزنید.",
  "error.conflict.accept": "این تماس دیگر منتظر شما نیست: زمانش گذشت یا همکاری آن را برداشت.", "error.conflict.decline": "این پیشنهاد پیش‌تر پایان یافته است.",
  "error.conflict.take": "همکاری زودتر آن را برداشت.", "error.conflict.reply": "این تماس دیگر نزد شما نیست؛ متن شما نگه داشته شد.", "error.conflict.retry": "این پیام در این میان تعیین تکلیف شد.",
  "error.conflict.close": "این تماس دیگر در وضعی نیست که بسته شود.", "error.conflict.transfer": "این تماس دیگر نزد شما نیست.", "error.conflict.state": "وضعیت در این میان تغییر کرد.",
  "error.conflict.agent": "این نام کاربری پیش‌تر گرفته شده، یا واپسین مدیر را نمی‌توان برداشت.", "error.conflict.queue": "این نام پیش‌تر گرفته شده است.",
  "error.not_found.take": "این تماس دیگر در صف نیست.", "error.not_found.accept": "این پیشنهاد دیگر نیست.",

  "lists": "تماس‌ها", "tab.mine": "من", "tab.waiting": "در صف", "tab.team": "همکاران", "tab.ended": "پایان‌یافته", "search": "جست‌وجو در نام، شماره، کد…", "search.nothing": "چیزی پیدا نشد.",
  "empty.mine": "تماسی نزد شما نیست. وقتی آماده باشید، تماس‌ها خودشان می‌آیند.", "empty.waiting": "هیچ‌کس در صف نیست.", "empty.team": "همکاران تماسی در دست ندارند.", "empty.ended": "هنوز تماسی پایان نیافته است.",
  "list.more": "و {n} تماس دیگر؛ جست‌وجو کنید.", "no-text": "بدون متن", "unseen": "خوانده‌نشده", "our-turn": "منتظر پاسخ ما",
  "state.self-service": "با منو", "state.waiting": "در صف", "state.offered": "پیشنهادشده", "state.active": "در گفت‌وگو", "state.snoozed": "معوق", "state.wrap-up": "جمع‌بندی", "state.closed": "بسته", "state.abandoned": "رها شده",
  "segment.vip": "ویژه", "segment.ordinary": "عادی", "segment.organisation": "سازمان", "segment.potential": "بالقوه",
  "medium.email": "رایانامه", "medium.sms": "پیامک", "medium.webchat": "گفت‌وگوی وب", "medium.telegram": "تلگرام", "medium.voice": "تماس تلفنی", "medium.phone": "یادداشت تلفنی", "medium.fax": "نمابر", "medium.letter": "نامه", "medium.counter": "مراجعهٔ حضوری", "medium.form": "فرم وب",

  "offers": "پیشنهادها", "offer.new": "تماس تازه برای شما", "offer.left": "{n} ثانیه تا پایان پیشنهاد",
  "deed.accept": "می‌پذیرم", "deed.decline": "نه، اکنون نه", "deed.take": "برمی‌دارم", "deed.transfer": "سپردن", "deed.snooze": "تعویق", "deed.finish": "پایان", "deed.close": "بستن", "deed.reopen": "بازگشودن", "deed.hangup": "قطع تماس",

  "conversation": "گفت‌وگو", "messages": "پیام‌ها", "talk.none": "تماسی را از فهرست برگزینید.", "talk.gone": "این تماس را نمی‌توانید ببینید یا هنوز نرسیده است.", "messages.below": {one: "{n} پیام تازه", other: "{n} پیام تازه"},
  "typing.customer": "در حال نوشتن…", "typing.agent": "{name} در حال نوشتن…", "ended.as": "بسته شد: {how}", "why": "چرا؟ تصمیم مسیریاب",
  "direction.in": "از", "direction.out": "پاسخ", "direction.note": "یادداشت", "author.house": "پیشخوان", "note.internal": "فقط همکاران", "automatic": "خودکار",
  "text.whole": "نمایش متن کامل", "text.short": "فقط متن تازه", "html.show": "نمایش به شکل اصلی", "html.hide": "بستن شکل اصلی", "html.title": "پیام به شکل اصلی، بی‌خطرشده", "file.unnamed": "بی‌نام",
  "delivery.pending": "در نوبت فرستادن", "delivery.sending": "در حال فرستادن", "delivery.sent": "فرستاده شد", "delivery.delivered": "رسید", "delivery.read": "خوانده شد", "delivery.failed": "نرسید", "delivery.uncertain": "نامعلوم",
  "delivery.uncertain.why": "شاید رسیده باشد و شاید نه.", "delivery.retry": "دوباره بفرست", "delivery.resend": "دوباره بفرست (شاید دو بار برسد)", "delivery.leave": "نفرست، همین‌طور بماند", "delivery.again": "تلاش بعدی {n} ثانیهٔ دیگر",

  "composer": "نوشتن", "composer.reply": "پاسخ", "composer.note": "یادداشت", "composer.reply.hint": "پاسخ خود را بنویسید…", "composer.note.hint": "یادداشت برای همکاران؛ شهروند آن را نمی‌بیند…", "composer.reply.send": "بفرست", "composer.note.send": "ثبت یادداشت", "composer.sends": "می‌فرستد",
  "sms.count": {one: "{n} بخش · {left} نویسه مانده", other: "{n} بخش · {left} نویسه مانده"},
  "files.add": "پیوست پرونده", "files.remove": "برداشتن", "files.loading": "در حال بارگذاری…", "files.none-here": "روی این کانال نمی‌توان پرونده فرستاد.", "files.too-many": "روی این کانال حداکثر {n} پرونده می‌رود.", "files.too-large": "{name} بزرگ‌تر از {most} است.",
  "size.bytes": "{n} بایت", "size.kilo": "{n} کیلوبایت", "size.mega": "{n} مگابایت",

  "side": "شهروند و پیشنهادها", "side.suggestions": "پیشنهاد پاسخ", "side.customer": "شهروند", "side.story": "سرگذشت", "side.none": "تماسی برگزیده نشده است.",
  "suggestions.none": "پاسخ آماده‌ای برای این پرسش پیدا نشد.", "suggestions.weak": "نامطمئن", "suggestions.insert": "درج", "suggestions.search": "جست‌وجو در دانش…",
  "customer.nameless": "بی‌نام · {reference}", "customer.addresses": "نشانی‌ها", "customer.opted-out": "نمی‌خواهد", "customer.history": "تماس‌های پیشین", "customer.first": "نخستین تماس اوست.",
  "extra.page": "صفحه", "extra.cc": "رونوشت", "extra.location": "مکان", "why.none": "هنوز تصمیمی ثبت نشده است.",

  "transfer.to": "گیرنده", "transfer.queue": "به صف", "transfer.agent": "به همکار", "queue.ready": {one: "{n} آماده", other: "{n} آماده"}, "queue.waiting": {one: "{n} در صف", other: "{n} در صف"}, "note.for-colleague": "یادداشت برای همکار (اختیاری)", "note.closing": "یادداشت پایانی (اختیاری)",
  "snooze.meaning": "تماس تا آن زمان، یا تا پیام بعدی شهروند، معوق می‌ماند.", "snooze.until": "تا چه زمانی", "snooze.hour": "یک ساعت", "snooze.three": "سه ساعت", "snooze.tomorrow": "فردا صبح", "snooze.week": "هفتهٔ بعد",
  "close.how": "نتیجه چه شد؟", "disposition.self-service": "خودکار", "disposition.dropped": "بی‌پاسخ از سوی شهروند", "disposition.resolved": "حل شد", "disposition.answered": "پاسخ داده شد", "disposition.no-answer": "پاسخی نداد", "disposition.wrong-number": "اشتباه گرفته بود", "disposition.spam": "هرزپیام", "disposition.other": "دیگر",

  "record": "ثبت تماس", "record.title": "ثبت تماسی که بیرون از سامانه آمد", "record.how": "از چه راهی", "record.name": "نام", "record.address": "شماره یا نشانی", "record.subject": "موضوع", "record.text": "چه گفت یا نوشت", "record.queue": "صف", "record.queue.own": "صف خود کانال", "record.scan": "تصویر یا اسکن", "record.submit": "ثبت", "record.done": "ثبت شد: {reference}",
  "record.phone": "تلفن", "record.date": "زمان", "record.date.hint": "مانند ۱۴۰۵/۸/۳۰ ۱۰:۱۵؛ خالی یعنی همین حالا", "record.registration": "شمارهٔ ثبت دبیرخانه", "record.in": "او با ما تماس گرفت", "record.out": "ما با او تماس گرفتیم", "delivery.handed": "تحویل شد", "delivery.not-handed": "تحویل نشد", "delivery.by-hand": "به‌دست برسانید و سپس بگویید",

  "me.ready": "آماده", "me.away": "دور از میز", "me.offline": "خارج از دسترس", "status.label": "وضعیت من: {state}", "status.away": "دور از میز: {reason}", "status.load": "بار {load} از {capacity}",
  "away.break": "استراحت", "away.lunch": "ناهار", "away.meeting": "جلسه", "away.training": "آموزش", "away.other": "دیگر", "away.no-answer": "پیشنهاد بی‌پاسخ ماند", "away.connection-lost": "ارتباط قطع شد",
  "role.agent": "کارشناس", "role.supervisor": "سرپرست", "role.admin": "مدیر",

  "keys": "کلیدها", "keys.letters": "کلیدهای تک‌حرفی بیرون از نوشتن کار کنند", "keys.meaning": "جای کلید مهم است، نه زبان صفحه‌کلید.", "key.accept": "پذیرفتن پیشنهاد", "key.decline": "رد پیشنهاد", "key.next": "تماس بعدی", "key.previous": "تماس پیشین", "key.reply": "نوشتن پاسخ", "key.note": "نوشتن یادداشت",
  "key.suggest.1": "درج پیشنهاد نخست", "key.suggest.2": "درج پیشنهاد دوم", "key.suggest.3": "درج پیشنهاد سوم", "key.transfer": "سپردن به دیگری", "key.snooze": "تعویق", "key.finish": "پایان گفت‌وگو", "key.close": "بستن تماس", "key.why": "چرا؟", "key.record": "ثبت تماس", "key.ready": "آماده / دور از میز", "key.search": "جست‌وجو", "key.tab.1": "فهرست من", "key.tab.2": "فهرست صف", "key.tab.3": "فهرست همکاران", "key.help": "همین راهنما", "key.send": "فرستادن",

  "day.today": "امروز", "day.yesterday": "دیروز", "span.moment": "همین حالا", "span.minutes": "{n} دقیقه", "span.hours": "{n} ساعت", "span.hours-minutes": "{h} ساعت و {m} دقیقه", "span.days": "{n} روز",

  "actor.flow": "گفتگوی خودکار", "journal.flow-started": "گفتگوی خودکار آغاز شد.", "journal.flow-ended.contained": "گفتگوی خودکار خود به پایان رسید.", "journal.flow-ended.handed-over": "گفتگوی خودکار شهروند را به کارشناس سپرد.", "journal.flow-ended.dropped": "گفتگوی خودکار بی‌پاسخ ماند.", "journal.case-opened": "پرونده‌ای باز شد.", "journal.case-changed": "وضعیت پرونده تغییر کرد.", "journal.survey-answered": "شهروند به خدمت نمره داد.",
  "actor.agent": "همکار", "actor.customer": "شهروند", "actor.channel": "کانال", "actor.router": "مسیریاب", "actor.timer": "زمان‌سنج", "actor.system": "سامانه",
  "journal.contact-opened": "تماس آغاز شد.", "journal.contact-queued": "به صف {queue} رفت.", "journal.contact-queued.transfer": "به صف {queue} سپرده شد.", "journal.contact-queued.expired": "پیشنهاد بی‌پاسخ ماند؛ به صف {queue} برگشت.", "journal.contact-queued.declined": "رد شد؛ به صف {queue} برگشت.", "journal.contact-queued.reopened": "بازگشوده شد و به صف {queue} رفت.", "journal.contact-queued.woke": "زمان تعویق سر آمد؛ به صف {queue} رفت.",
  "journal.message-added.in": "شهروند پیام داد.", "journal.message-added.out": "{who} پاسخ داد.", "journal.message-added.note": "{who} یادداشت نوشت.", "journal.delivery-changed.failed": "پیام نرسید.", "journal.delivery-changed.uncertain": "معلوم نیست پیام رسید یا نه.", "journal.delivery-changed.delivered": "پیام رسید.", "journal.delivery-changed.read": "پیام خوانده شد.",
  "journal.offer-made": "به {agent} پیشنهاد شد.", "journal.offer-ended.accepted": "{agent} پذیرفت.", "journal.offer-ended.declined": "{agent} نپذیرفت.", "journal.offer-ended.expired": "{agent} پاسخ نداد.", "journal.offer-ended.rescinded": "پیشنهاد به {agent} پس گرفته شد.",
  "journal.contact-changed.active": "نزد {agent} باز است.", "journal.contact-changed.wrap-up": "گفت‌وگو پایان یافت؛ جمع‌بندی.", "journal.contact-changed.snoozed": "{who} آن را به تعویق انداخت.", "journal.contact-changed.closed": "بسته شد: {how}", "journal.contact-changed.abandoned": "شهروند پیش از پاسخ رفت.",
  "journal.suggestion-used": "{agent} از دانش کمک گرفت.",
  "outcome.accepted": "پذیرفته شد", "outcome.declined": "رد شد", "outcome.expired": "بی‌پاسخ ماند", "outcome.rescinded": "پس گرفته شد", "outcome.waiting": "در صف", "outcome.live": "در جریان",
  "reason.new": "تازه", "reason.transfer": "سپرده‌شده", "reason.reopened": "بازگشوده", "reason.declined": "ردشده", "reason.expired": "بی‌پاسخ", "reason.woke": "بیدارشده",

  "deeds": "کارها", "agents": "کارشناسان", "queues": "صف‌ها", "channels": "کانال‌ها", "channels.none": "هنوز کانالی در config.toml نیست.", "edit": "ویرایش", "saved": "ذخیره شد.", "never": "هرگز", "password": "گذرواژه", "seconds": "{n} ثانیه",
  "board.opening": "تابلو در حال بازشدن است…", "board.waiting": "بیشترین انتظار", "board.offered": "به {name} پیشنهاد شده است.", "board.day": "امروز، نیم‌ساعت به نیم‌ساعت", "board.day.none": "امروز هنوز تماسی نیامده است.", "day.arrived": "آمده", "day.answered": "پاسخ‌گرفته", "day.abandoned": "رها شده", "day.from": "از ساعت",
  "figure.waiting": "در صف", "figure.waiting.meaning": "تماس‌هایی که اکنون منتظر کارشناس‌اند.", "figure.longest": "بیشترین انتظار", "figure.longest.meaning": "از زمانی که قدیمی‌ترین تماسِ منتظر به صف آمد؛ با رد شدن یا سپردن از نو شمرده نمی‌شود.",
  "figure.ready": "آماده / حاضر", "figure.ready.meaning": "کارشناسانی که پیشنهاد می‌گیرند، از میان آن‌هایی که حاضرند.", "figure.answered": "پاسخ‌گرفته", "figure.answered.meaning": "تماس‌هایی که امروز پس از انتظار، کارشناسی آن‌ها را پذیرفت؛ هر تماس یک بار، به نام صفی که در آن پذیرفته شد.",
  "figure.abandoned": "رها شده", "figure.abandoned.meaning": "شهروندانی که امروز پیش از پذیرفته‌شدن رفتند.", "figure.level": "سطح خدمت", "figure.level.meaning": "سهم تماس‌هایی که در {n} ثانیه پذیرفته شدند، از همهٔ پذیرفته‌ها و رهاشده‌های امروز؛ آن که در پنج ثانیهٔ نخست رفت شمرده نمی‌شود.",
  "figure.level.all": "سطح خدمت همه", "figure.level.all.meaning": "سهم تماس‌هایی که در زمان هدف صف خود پذیرفته شدند، در همهٔ صف‌ها، امروز.", "figure.none": "هنوز عددی نیست", "queue.nobody": "کسی آماده نیست", "agent.unplugged": "بی‌ارتباط", "channel.outbox": {one: "{n} در راه", other: "{n} در راه"},
  "light.ok": "برقرار", "light.starting": "در حال آغاز", "light.down": "قطع", "light.refused": "رد شده", "light.misconfigured": "تنظیم نادرست", "light.paused": "متوقف", "light.alarm": "هشدار",

  "admin.flows": "گفتگوها", "admin.agents": "کارشناسان", "admin.agents.meaning": "چه کسانی پاسخ می‌دهند، با چه مهارت و چه اندازه.", "admin.agents.add": "کارشناس تازه", "admin.queues": "صف‌ها", "admin.queues.meaning": "تماس‌ها کجا می‌مانند و چه مهارتی می‌خواهند.", "admin.queues.add": "صف تازه",
  "admin.channels": "کانال‌ها", "admin.channels.meaning": "تنظیم کانال‌ها در config.toml است؛ اینجا چراغ و آزمون هر کدام را می‌بینید.", "admin.tokens": "کلیدهای API", "admin.tokens.meaning": "برای سامانه‌های دیگر که با پیشخوان کار می‌کنند.", "admin.tokens.add": "کلید تازه",
  "admin.quarantine": "خوانده‌نشده‌ها", "admin.quarantine.meaning": "آنچه رسید و فهمیده نشد؛ همان‌گونه که آمد نگه داشته شده است.",
  "admin.articles": "دانش", "admin.articles.meaning": "پاسخ‌های آماده: درونی‌ها به کارشناس پیشنهاد می‌شوند، همگانی‌ها را شهروند هم می‌بیند.", "admin.articles.add": "نوشتهٔ تازه", "article.title": "عنوان", "article.body": "متن پاسخ", "article.state": "وضعیت", "article.changed": "آخرین تغییر", "article.keywords": "کلیدواژه‌ها", "article.keywords.hint": "با ویرگول جدا کنید", "article.none": "هنوز نوشته‌ای نیست.",
  "article-state.draft": "پیش‌نویس", "article-state.internal": "درونی", "article-state.public": "همگانی", "article-state.archived": "بایگانی", "error.conflict.article": "همکاری در این میان آن را تغییر داد؛ از نو باز کنید.",
  "agent.login": "نام کاربری", "agent.name": "نام", "agent.public-name": "نامی که شهروند می‌بیند", "agent.public-name.hint": "خالی یعنی همان نام", "agent.role": "نقش", "agent.skills": "مهارت‌ها", "agent.skills.hint": "مانند: persian 5, building 3", "agent.capacity": "ظرفیت", "agent.capacity.hint": "جمع بار تماس‌های هم‌زمان",
  "agent.phone": "تلفن", "agent.phone.hint": "تماس تلفنی به این شماره وصل می‌شود", "agent.password.new": "گذرواژهٔ تازه", "agent.password.hint": "دست‌کم {n} نویسه", "agent.active": "فعال است و می‌تواند وارد شود", "agent.inactive": "غیرفعال",
  "queue.title": "صف", "queue.name": "نام کوتاه", "queue.name.hint": "حروف کوچک لاتین؛ در تنظیمات به کار می‌رود", "queue.title_fa": "عنوان فارسی", "queue.title_en": "عنوان انگلیسی", "queue.skills": "مهارت‌های لازم", "queue.skills.hint": "کارشناس باید همه را داشته باشد؛ با ویرگول جدا کنید", "queue.target": "هدف پاسخ (ثانیه)", "queue.target.hint": "پاسخ در این زمان به سود سطح خدمت است",
  "queue.accept": "مهلت پذیرفتن (ثانیه)", "queue.accept.hint": "پیشنهاد تا این زمان می‌ماند", "queue.priority": "اولویت", "queue.priority.hint": "بزرگ‌تر زودتر", "queue.active": "فعال است", "queue.inactive": "غیرفعال",
  "token.name": "برای چه", "token.name.hint": "مانند: اتوماسیون اداری", "token.made": "ساخته‌شده", "token.used": "آخرین کاربرد", "token.none": "هنوز کلیدی نیست.", "token.make": "بساز", "token.remove": "پس گرفتن", "token.really": "واقعاً پس بگیر", "token.once": "کلید تازه", "token.once.meaning": "این کلید فقط همین بار دیده می‌شود؛ آن را جای امنی بگذارید.",
  "channel.pause": "توقف", "channel.resume": "ادامه", "channel.pause.why": "چرا از {name} چیزی نرود؟ پیام‌های خروجی می‌مانند و ورودی‌ها پذیرفته می‌شوند.", "channel.log": "گزارش تبادل", "channel.log.none": "این هفته تبادلی نبوده است.", "channel.log.about": "بی نوشته، نشانی و رمز؛ یک هفته نگه داشته می‌شود.", "channel.log.way.in": "به ما", "channel.log.way.out": "از ما", "delivery.by": "از راه {name} رفت",
  "channel.check": "بیازما", "channel.nothing-to-check": "چیزی برای آزمودن نبود.", "item.id": "شماره", "item.channel": "کانال", "item.at": "زمان", "item.reason": "چرا", "item.size": "اندازه", "item.raw": "اصل آن", "item.none": "چیزی خوانده‌نشده نمانده است.",
  "mail.from-reader": "نوشتهٔ کسی که رونوشت می‌گیرد:", "mail.forwarded": "فرستادهٔ همکار:", "mail.encrypted": "این نامه رمز شده است. پیشخوان کلید آن را ندارد؛ اصل نامه نگه داشته شده است.", "mail.signed.intact": "امضاشده و دست‌نخورده", "mail.signed.broken": "امضا درست نیست: در راه تغییر کرده است؟", "mail.signed.unchecked": "امضاشده؛ بررسی نشده", "mail.signed.unreadable": "امضاشده؛ امضا خوانده نمی‌شود", "mail.signed.issuer": "صادرکنندهٔ گواهی بررسی نشده است.", "mail.cc": "رونوشت به", "mail.cc.add": "افزودن نشانی", "mail.cc.remove": "بدون", "mail.why": "چرا اینجا؟",
  "hint.token": "نشان ما در نامه", "hint.reference": "نامه‌ای که پاسخ آن است", "hint.thread": "نشانی", "hint.number": "شمارهٔ در موضوع", "hint.conversation": "گفتگوی برنامهٔ ایمیل", "hint.subject": "موضوعِ پاسخ", "hint.other-sender": "ادعای یک ناشناس", "hint.first": "نخستین نامه", "right.own": "خود شهروند", "right.reader": "رونوشت‌گیر", "right.stranger": "بدون حق",
  "event.invitation": "دعوت", "event.cancelled": "لغو شد", "event.answer": "پاسخ دعوت", "event.proposal": "زمان دیگر", "event.event": "رویداد", "letter.number": "شماره", "letter.print": "چاپ نامه", "letter.posted": "پست شد", "letter.delivered": "تحویل شد", "letter.returned": "برگشت", "delivery.posted": "پست شد", "record.callback": "قول تماس دوباره", "record.callback.hint": "روز و ساعت، مانند ۱۴۰۵/۹/۲ ۱۰:۳۰",
  "claim": "کسی که حقی بر آن ندارد می‌گوید این تماس به تماس دیگری تعلق دارد.", "claim.look": "دیدن آن", "claim.join": "درست است: پیوند بده", "suppressed": "چیزی فرستاده نمی‌شود", "suppressed.bounced": "نامه‌های این نشانی برای همیشه برگشته‌اند.", "suppressed.complaint": "صاحب این نشانی نامهٔ ما را ناخواسته شمرده است.", "suppressed.lift": "دوباره بنویس",
};
