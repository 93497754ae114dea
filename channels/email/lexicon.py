"""The words of mail programs and mail systems in many languages, as patterns. PURE; judges nothing by itself.

Every repetition inside a pattern is bounded: they are searched in text of strangers.
"""

from __future__ import annotations

import re


def _any(*alternatives: str, before: str = "", after: str = "", flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(f"{before}(?:{'|'.join(alternatives)}){after}", flags)


#: The end of "On <date>, <name> wrote:".
WROTE = _any(
    "wrote", "writes", "said", "schrieb", "écrit", "escribió", "ha scritto", "escreveu", "schreef", "skrev",
    "kirjoitti", r"napisał(?:\(a\)|a)?", r"napsal(?:\(a\))?", "пишет", "написала?", "yazdı",
    "نوشت", "نوشته(?: است| اند)?", "نوشته‌(?:است|اند)", "نوشتند", "مرقوم فرمودند?", "كتب", "کتب", "写道", "写到",
    "寫道",
    after=r"[ \t\xa0]{0,5}[:：]{1,3}[ \t]*$")

_RULE = r"[-_=*#>\s]{0,60}"
ORIGINAL = _any(
    "original message", "original appointment", "reply message", "ursprüngliche nachricht", "message d['’]origine",
    "message original", "mensaje original", "messaggio originale", "mensagem original", "oorspronkelijk bericht",
    "исходное сообщение", "orijinal (?:ileti|mesaj)", "(?:متن )?(?:پیام|پیغام|نامه|ایمیل) اصلی", "الرسالة الأصلية",
    "رسالة أصلية", "原始邮件", before=_RULE, after=r"[-_=*#<\s:]{0,60}")
REPLY_ABOVE = _any("reply above this line", "پاسخ خود را (?:در )?بالای این خط", before=".{0,60}", after=".{0,60}")
FORWARDED = _any(
    "begin forwarded message", "forwarded message", "forwarded by .{1,80}", "weitergeleitete nachricht",
    "message transféré", "mensaje reenviado", "пересылаемое сообщение", "пересланное сообщение", "iletilen mesaj",
    "(?:آغاز )?پیام (?:هدایت|ارجاع|بازارسال)[ ‌]شده", "رسالة معاد توجيهها", "转发的邮件",
    before=_RULE, after=r"[-_=*\s:]{0,60}")

_DEVICES = (
    "iphone|ipad|ipod|android|blackberry|samsung|galaxy|huawei|xiaomi|nokia|windows phone|mobile|phone|tablet|"
    "smartphone|mail for windows|outlook|yahoo|gmail|sparrow|proton ?mail|mailbox|a magnificent torch|"
    "آیفون|آیپد|اندروید|گوشی|تلفن|موبایل|یاهو|سامسونگ|شیائومی")
SENT_FROM = _any(
    rf"sent (?:from|via|with) (?:my (?:\w{{1,20}} ){{0,3}})?(?:{_DEVICES}).{{0,80}}", "get outlook for .{1,40}",
    rf"(?:با )?(?:ارسال|فرستاده)[ ‌]?(?:شده )?(?:از|با|توسط) (?:\w{{1,20}} ){{0,3}}(?:{_DEVICES}).{{0,80}}",
    rf"از (?:\w{{1,20}} ){{0,3}}(?:{_DEVICES}).{{0,30}}(?:ارسال|فرستاده) شد.{{0,10}}",
    "دریافت outlook .{1,40}", "von meinem .{1,40} gesendet", "envoyé de mon .{1,40}", "enviado desde mi .{1,40}",
    "отправлено с .{1,40}", "inviato da .{1,40}")

FROM_FIELDS = frozenset({
    "from", "von", "de", "da", "van", "från", "fra", "od", "от", "kimden", "از", "فرستنده", "من", "发件人", "差出人"})
#: When it was sent, and what about: what no ordinary form has beside "from".
TOLD_FIELDS = frozenset({
    "sent", "subject", "gesendet", "betreff", "envoyé", "objet", "enviado", "enviado el", "enviada em", "asunto",
    "assunto", "inviato", "oggetto", "verzonden", "onderwerp", "skickat", "ämne", "wysłane", "temat", "отправлено",
    "тема", "gönderilme", "gönderildi", "konu", "ارسال شده", "ارسال‌شده", "فرستاده شده", "فرستاده‌شده", "ارسال",
    "تاریخ ارسال",
    "زمان ارسال", "موضوع", "عنوان", "الموضوع", "تم الإرسال", "发送时间", "主题", "送信日時", "件名"})
OTHER_FIELDS = frozenset({
    "to", "cc", "bcc", "date", "reply-to", "importance", "attachments", "an", "datum", "à", "para", "fecha", "a",
    "data",
    "aan", "till", "do", "кому", "дата", "копия", "kime", "bilgi", "tarih", "به", "گیرنده", "گیرندگان", "رونوشت",
    "تاریخ",
    "إلى", "التاريخ", "收件人", "抄送", "宛先"})

_STOP = r"\s{0,3}(?:$|[:(\[\-–—،,!]|re\b|until|till|auto|reply|response|notice|message|تا\b|هستم)"
#: The beginning of a subject that only machines write. Nothing stands here that a complaint could begin with
#: ("delivery delayed", "undelivered parcel", «عدم تحویل»): the subject alone decides.
AUTOMATIC_SUBJECT = _any(
    r"auto(?:mati\w{1,6}|mated|mática|mata)?[ -]?(?:reply|response|respons|answer|antwort|antwoord|réponse|respuesta|"
    r"resposta|risposta|svar|odpowiedź|vastaus)\b", "autosvar", r"out[ -]of[ -](?:the[ -])?office" + _STOP,
    "on (?:vacation|annual leave|holiday)" + _STOP, "vacation (?:reply|response|notice)",
    "away from (?:the |my )?(?:office|desk|mail|e-?mail)" + _STOP, "abwesenheits(?:notiz|meldung|nachricht)",
    "abwesenheit" + _STOP, "automatische (?:antwort|abwesenheit)", "automatisch antwoord", "réponse automatique",
    "absence du bureau", "message d['’]absence", "respuesta automática", "fuera de (?:la )?oficina" + _STOP,
    "resposta automática", "ausência temporária", "risposta automatica", "fuori sede" + _STOP, "afwezigheidsbericht",
    "niet aanwezig" + _STOP, "otomatik yanıt", "ofis dışında" + _STOP, "автоматический ответ", "автоответ",
    "нет на месте" + _STOP, "automatyczna odpowiedź", "poissa toimistosta", "پاسخ[ ‌](?:خودکار|اتوماتیک)", "جواب خودکار",
    "خارج از (?:دفتر|محل کار|اداره)" + _STOP, "در مرخصی" + _STOP, "الرد التلقائي", "رد تلقائي", "رد آلي",
    "خارج المكتب" + _STOP, "自動(?:返信|応答)", "自动(?:回复|答复)", "자동 ?(?:응답|회신)", "undeliverable: ",
    "undelivered mail returned", r"mail delivery (?:failed|failure|system|subsystem)\b", "returned mail: ",
    "failure notice$", "delivery status notification", "mail system error", "unzustellbar: ", "non remis ?: ",
    "niet[ -]bestelbaar: ", "teslim edilemedi: ", "не ?доставлено: ", "تعذر التسليم: ", "not read: ",
    r"complaint about message from \d{1,3}\.\d", before=r"\W{0,3}")

BOUNCE_SUBJECT = _any(
    "undeliver", "not delivered", "could ?n[o']t be delivered",
    r"deliver(?:y|ed)? (?:\w{1,20} )?(?:status|fail|error|problem|notif|report|delay|warning|has)", "failed mail",
    "failure notice", "return(?:ed|ing)? (?:mail|message|to sender|email)", r"mail (?:\w{1,20} )?fail",
    "non[ -]?deliver",
    "mail system error", "error (?:sending|mail)", "message (?:status|delayed|undeliverable|not)", r"bounced?\b",
    "rejected", "mail could not", "unable to deliver", "could not send", "unknown (?:user|address|recipient)",
    "user unknown", "unzustellbar", "nicht zugestellt", "non remis", "non recapit", "mancato recapito",
    "no se puede entregar", "niet bestel", "teslim edilemedi", "не ?достав", "недоставлен", "配信", "配送", "送信",
    "届き",
    "エラー", "退信", "无法投递", "تحویل", "تعذر", "warning: ", "delivery delayed", "mail warning", "permanent",
    "virus")

_WHO = "user|address|recipient|mailbox|host|domain|account|destination|local"
SAYS_FAILED = _any(
    "could ?n[o']?t (?:be )?(?:deliver|sen[dt]|complete)",
    "(?:was|were) (?:not|unable|undeliver|rejected|returned|blocked)",
    "unable to (?:be )?(?:deliver|relay|send)", "undeliver",
    "(?:not|never|n't) (?:been |be |yet been |reach)?(?:able to )?(?:deliver|accept|reach|sent)",
    r"delivery (?:\w{1,20} ){0,3}(?:fail|error|delay|abort|impossible|problem|could)",
    "fail(?:ed|ure|s) (?:to (?:deliver|send|relay)|permanently|addr|recip|reason|of)",
    "following (?:address|recipient|destination|user|message|e-?mail|mail|failure)",
    rf"(?:{_WHO}) ?(?:\S{{1,40}} ){{0,3}}(?:unknown|not found|does ?n[o']t exist|unavailable|rejected|inactive|"
    r"disabled|is full|over quota|not (?:listed|valid|available|local|our|known))",
    rf"(?:no such|unknown|invalid|bad|nonexistent) (?:{_WHO})", "mailbox (?:is )?(?:full|exceed|quota|unavail|not)",
    "over quota", "permanent (?:fatal )?(?:error|fail)", "fatal error", "transcript of session", "returned to sender",
    "delivery attempts", "unrouteable", "rejected (?:by|your|for|the)",
    r"mail(?:box)? (?:\S{1,40} ){0,3}(?:refused|returned)",
    r"message (?:\S{1,40} ){0,4}(?:bounced|returned|refused|rejected|blocked|delayed|expired|discarded)",
    r"said: [45]\d\d", r"(?:smtp|remote|server|host)\b.{0,60}\b[45]\d\d[ -]", "your message .{0,200}?not",
    "送信できませんで", "配信できませんで", "配送できませんで", "エラー", "存在しません", "見つかりません",
    "失敗しました", "宛先", "受信者",
    "無法", "无法", "退回", "konnte nicht", "nicht zugestellt", "n'a pas pu", "n'a pu", "non (?:è|e') stat",
    "não (?:foi|pôde)", "no (?:se ha podido|pudo|ha sido)", "не может быть доставлен", "не ?было доставлен",
    "не удалось",
    "تحویل (?:داده )?نشد", "قابل تحویل نیست")
DELAYED = _any(
    r"\bdelayed\b", "will (?:be retried|retry|continue|keep trying|try again|be attempted)", "still being",
    "not yet been",
    "no action is required", "warning: (?:could not send|message still)", "you do not need to resend",
    "temporar(?:y|ily)", "deferred")
GIVEN_UP = _any("permanent", "given up", "giving up", "will not be retried", "could not be delivered", "undeliverable",
                "expired", r"failed\b", "too long")
#: The line above the copy of the returned mail.
COPY_BEGINS = _any(
    r"(?:(?:this is|below (?:this line )?is|here is|the following is|enclosed is)? ?(?:a |the )?)?"
    r"(?:copy|header|text|beginning|original|first)\w{0,10} ?(?:\S{1,40} ){0,6}(?:message|mail|headers)",
    "returned (?:message|mail)", "unsent message", "undelivered message", "message header", "the header",
    "returned header", "(?:message )?text follows", "元のメール", "原メール", "オリジナル",
    before=r"^[ \t>*#=_.~-]{0,60}", after=r"[^\n]{0,120}$", flags=re.IGNORECASE | re.MULTILINE)

#: What free words mean as an enhanced status code (RFC 3463), the first that fits.
MEANINGS = (
    (_any("over quota", "quota exceeded", "mailbox (?:is )?full", "mailfolder is full", "disk full",
          "exceeded .{0,30}(?:quota|storage)", "容量"), "5.2.2"),
    (_any("too (?:large|big|long)", "size (?:limit|exceed)", "exceeds? .{0,30}(?:size|limit)"), "5.3.4"),
    (_any("unknown host", "host unknown", "host or domain", r"domain (?:\S{1,40} )?not found", "name or service",
          "no such (?:host|domain)", "unrouteable", "nxdomain", "host not found", "name server", "dns"), "5.1.2"),
    (_any("user ?unknown", "unknown user", "no such (?:user|local|recipient|mailbox|address|person)", "not listed",
          "does ?n[o']t exist", "not found", "invalid (?:recipient|address|user|mailbox)",
          "unknown (?:local|recipient|address)", "recipient .{0,60}rejected", "存在", "宛先"), "5.1.1"),
    (_any("disabled", "inactive", "suspended", "not available", "unavailable"), "5.2.1"),
    (_any("spam", "blocked", "block ?list", "blacklist", "denied", "policy", "reputation", "relay", "refused", "virus",
          "dmarc", r"spf\b"), "5.7.1"),
    (_any("expired", "timed? ?out", "too (?:many|old)", "retry (?:time|limit)", "given up", "connection refused",
          "not responding"), "4.4.7"),
)
