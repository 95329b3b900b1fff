//! Setting instructions aside, hiding and naming secrets, in other languages.

use super::Source;
use crate::text::Family::{Concealment, Override, SensitiveObject};

/// Patterns by language, then family.
pub(super) const TRANSLATED: &[Source] = &[
    // German.
    (
        Override,
        &["ignorier", "missacht", "vergiss", "vergessen", "übergeh", "umgeh", "überschreib"],
        r"(ignorier|missacht|vergiss|vergessen|übergeh|umgeh|überschreib)\w*.{0,40}?(vorherig|vorig|bisherig|vorangegang|obig|früher|alle|system|ander)\w*.{0,30}?(anweisung|regel|vorgabe|instruktion|richtlinie|prompt|nachricht)",
    ),
    (
        Concealment,
        &["nutzer", "anwender"],
        r"\b(sag|erwähn|verrat|zeig|informier|erzähl|melde|teil)\w*.{0,40}?(nutzer|anwender)\w*.{0,40}?\b(nicht|nichts|nie|niemals)\b|\b(sag|erwähn|verrat|zeig|informier|erzähl|melde|teil)\w*.{0,30}?\b(nicht|nichts|nie|niemals)\b.{0,40}?(nutzer|anwender)|\b(ohne|nicht|niemals|keinesfalls)\b.{0,40}?(nutzer|anwender)\w*.{0,40}?(sagen|erwähn|mitzuteil|mitteil|zeig|verrat|informier|benachrichtig)",
    ),
    (
        SensitiveObject,
        &["passwort", "zugangsdaten", "passwörter", "gesprächsverlauf", "systemprompt"],
        r"passwort|passwörter|zugangsdaten|gesprächsverlauf|systemprompt",
    ),
    // French.
    (
        Override,
        &["ignor", "oubli", "néglig", "contourn"],
        r"\b(ignor|oubli|néglig|contourn)\w*.{0,40}?((instruction|consigne|règle|directive|message)s?.{0,30}?(précédent|antérieur|ci-dessus|système|initial)|(toute|tous|précédent).{0,30}?(instruction|consigne|règle|directive|message)s?\b)",
    ),
    (
        Concealment,
        &["utilisateur", "usager"],
        r"\b(ne|n'|sans)\b.{0,20}?(dis|dites|dire|mention|révél|inform|montr|parl|signal|averti|préveni).{0,40}?(utilisateur|usager)|\b(ne|n').{0,20}?(utilisateur|usager)\w*.{0,30}?\b(pas|jamais|rien)\b",
    ),
    (
        SensitiveObject,
        &["mot de passe", "mots de passe", "identifiants"],
        r"mots? de passe|identifiants de connexion|historique (de la conversation|des messages)",
    ),
    // Spanish.
    (
        Override,
        &["ignor", "olvid", "omit", "descart"],
        r"\b(ignor|olvid|omit|descart)\w*.{0,40}?((instrucci|regla|indicaci|mensaje|directri)\S*.{0,30}?(anterior|previ|del sistema)|(toda|todo|cualquier|anterior|previ).{0,30}?(instrucci|regla|indicaci|mensaje|directri))",
    ),
    (
        Concealment,
        &["usuario", "nadie"],
        r"\b(no|nunca|sin)\b.{0,25}?(diga|decir|mencion|revel|inform|muestr|mostr|cuent|notifi|avis).{0,40}?(usuario|nadie)",
    ),
    (SensitiveObject, &["contrase", "credenciales"], r"contraseñ|credenciales|historial de (la conversaci|chat)"),
    // Portuguese.
    (
        Override,
        &["ignor", "esque", "desconsider", "descart"],
        r"\b(ignor|esqueç|esquec|desconsider|descart)\S*.{0,40}?((instruç|instruc|regra|mensagen|orientaç|diretriz)\S*.{0,30}?(anterior|prévi|previ|do sistema)|(toda|todo|qualquer|anterior|prévi).{0,30}?(instruç|instruc|regra|mensagen|orientaç|diretriz))",
    ),
    (
        Concealment,
        &["usuário", "usuario", "utilizador", "ninguém"],
        r"(\bnão|\bnao|\bnunca|\bsem)\b.{0,25}?(diga|dizer|conte|contar|mencion|revel|inform|mostr|avis).{0,40}?(usuário|usuario|utilizador|ninguém)",
    ),
    (SensitiveObject, &["senha", "credenciais"], r"\bsenhas?\b|credenciais|histórico (da conversa|de mensagens)"),
    // Chinese.
    (
        Override,
        &["忽略", "无视", "忘记", "忘掉", "绕过", "覆盖", "不要理会", "忽視", "無視"],
        r"(忽略|无视|忘记|忘掉|绕过|覆盖|不要理会|忽視|無視).{0,60}?(之前|以前|先前|上面|以上|前面|所有|全部|任何|系统|系統).{0,60}?(指令|指示|提示|规则|規則|说明|消息|约束)",
    ),
    (
        Concealment,
        &["用户", "使用者", "任何人", "用戶"],
        r"(不要|请勿|切勿|不得|不能|无需|別|别|勿).{0,45}?(告诉|告知|提及|透露|通知|显示|提到|泄露|告訴).{0,60}?(用户|使用者|任何人|用戶)|(不要|请勿|切勿|不得|別|别|勿).{0,20}?(让|向|对|讓|對).{0,20}?(用户|使用者|任何人|用戶).{0,40}?(知道|提及|透露|说|显示|发现|泄露)",
    ),
    (
        SensitiveObject,
        &["密码", "密钥", "私钥", "凭据", "凭证", "系统提示", "聊天记录", "对话历史"],
        r"密码|密钥|私钥|凭据|凭证|系统提示词|聊天记录|对话历史",
    ),
    // Japanese.
    (
        Override,
        &["無視", "忘れ", "破棄"],
        r"(以前|これまで|前|上記|すべて|全て|システム).{0,60}?(指示|命令|ルール|プロンプト|規則|メッセージ).{0,40}?(無視|忘れ|破棄)",
    ),
    (
        Concealment,
        &["ユーザー", "利用者", "使用者", "ユーザ"],
        r"(ユーザー?|利用者|使用者).{0,75}?(言わ|伝え|知らせ|見せ|明かさ|教え|報告し|通知し|話さ|気づか|開示し).{0,12}?(ない|ず|な)",
    ),
    (
        SensitiveObject,
        &["パスワード", "秘密鍵", "認証情報", "会話履歴"],
        r"パスワード|秘密鍵|認証情報|会話履歴|システムプロンプト",
    ),
    // Russian.
    (
        Override,
        &["игнорир", "забуд", "отбрось", "пренебре", "обойди"],
        r"(игнорир|забуд|отбрось|пренебре|обойди).{0,80}?(предыдущ|прежн|прошл|все|систем|выше).{0,80}?(инструкци|указани|правил|сообщени|подсказ|промпт)",
    ),
    (
        Concealment,
        &["пользовател", "никому"],
        r"(не|никогда|без) .{0,40}?(говори|сообщ|упомина|раскрыва|показыва|уведом|рассказыва|информир).{0,80}?(пользовател|никому)|(не|никогда) .{0,20}?пользовател.{0,60}?(говори|сообщ|упомина|раскрыва|показыва|рассказыва)",
    ),
    (
        SensitiveObject,
        &["парол", "учетные данные", "учётные данные", "закрытый ключ"],
        r"парол|уч(е|ё)тные данные|закрытый ключ|история (чата|переписки)",
    ),
];
