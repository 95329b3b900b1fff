//! German.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const GERMAN: &Language = &[
    (HUSH, "sag, sage, sagen, erwähn*, verrat*, erzähl*, mitteil*, mitzuteilen"),
    (NEGATION, "nicht, nichts, nie, niemals, kein, keine, keinen, keinesfalls, ohne"),
    (SKIP, "ohne, nicht, überspring*, umgeh*, unterdrück*, keine, keinesfalls"),
    (
        TELL,
        "sag, sage, sagen, erwähn*, verrat*, zeig*, informier*, erzähl*, melde, mitteil*, mitzuteilen, teile, benachrichtig*, erfährt, erfahren, wissen",
    ),
    (USER, "nutzer*, benutzer*, anwender*, kunde*, kundin, niemand*, jemand*, person, menschen"),
    (
        COVERT,
        "heimlich, unbemerkt, stillschweigend, unauffällig, verdeckt, im hintergrund, im stillen, klammheimlich, im geheimen",
    ),
    (
        SECRECY,
        "unter uns, hinter dem rücken, ohne dass jemand, ohne dass der nutzer, ohne dass der benutzer, ohne wissen, ohne kenntnis, darf nichts merken, darf es nicht erfahren, darf davon nichts, soll nichts merken, bleibt geheim, halte es geheim, verliere kein wort, kein wort darüber, verschweig*, als wäre nichts",
    ),
    (OMIT, "lass * weg, weglassen, verschweig*, ausblenden, blende"),
    (REPLY, "deiner antwort, deine antwort, ihrer antwort, ihre antwort, deiner zusammenfassung"),
    (LIE, "behaupte*, lüge*, streite ab, leugne*, täusche* vor, gib vor"),
    (
        SET_ASIDE,
        "ignorier*, missacht*, vergiss, vergessen, übergeh*, umgeh*, überschreib*, setze, setz, verwirf, verwerfe, missachte, beachte nicht, halte dich nicht, befolge nicht, lass dich nicht",
    ),
    (
        EARLIER,
        "vorherig*, vorig*, bisherig*, vorangegangen*, obig*, früher*, vorher, zuvor, bisher, ursprünglich*, alle, aller, alles, system*",
    ),
    (
        RULES,
        "anweisung*, regel, regeln, vorgabe*, instruktion*, richtlinie*, prompt, vorschrift*, befehl*, aufgetragen, gesagt wurde, nachricht*",
    ),
    (OWN_RULES, "systemprompt, systemanweisung*, deine anweisungen, deine regeln, deine vorgaben, deine richtlinien"),
    (
        VOID,
        "gelten nicht mehr, gilt nicht mehr, nicht mehr gültig, außer kraft, sind aufgehoben, ist aufgehoben, sind hinfällig, ungültig, nicht länger, keine geltung",
    ),
    (OBEY, "gehorche, gehorchen, befolge nur, folge nur, höre nur auf, richte dich nur, halte dich nur, tu, was"),
    (
        THIS,
        "diesem text, diesen text, dieser text, diesem werkzeug, dieses werkzeug, dieses tool, diesem server, dieser beschreibung, diesem tool",
    ),
    (OURS, "unser*, uns"),
    (
        BECOME,
        "du bist jetzt, du bist nun, du bist ab jetzt, verhalte dich wie, verhalte dich als, gib dich als, handle als, spiele die rolle, deine neue rolle, deine neue aufgabe, sie sind jetzt, sie sind nun",
    ),
    (POWER, "root, administrator*, admin, eigentümer, inhaber, vollzugriff, alle rechte"),
    (
        LAWLESS,
        "ohne regeln, ohne einschränkung*, keine regeln, keine einschränkung*, keine grenzen, unzensiert, uneingeschränkt",
    ),
    (YOU, "du, dich, dir, dein*, sie"),
    (
        SEND,
        "sende, senden, gesendet, schicke, schick, schicken, mitgeschickt, verschickt, geschickt, übermittel*, übertrag*, weitergeleitet, leite, leiten, hochgeladen, lade, füge, hänge, anhängen, angehängt, übergib, übergeben, gib, kopiere, beigefügt, mitgesendet, trage, schreibe",
    ),
    (
        COLLECT,
        "lies, lesen, auslesen, sammle, sammeln, öffne, hole, suche, durchsuche, kopiere, ausgelesen, gelesen, ermittle",
    ),
    (
        SECRET,
        "passwort*, passwörter*, kennwort*, kennwörter*, zugangsdaten*, schlüssel*, geheimnis*, anmeldedaten*, umgebungsvariable*, zugriffstoken*, tokens",
    ),
    (
        TALK,
        "gesprächsverlauf*, gespräch, unterhaltung, chatverlauf*, verlauf, bisherigen nachrichten, systemprompt, alle nachrichten",
    ),
    (PERSONAL, "adressbuch, kontakte, kreditkarte*, browserverlauf, postfach, dokumente, personalausweis*, standort"),
    (WHOLE, "alle, alles, ganze*, gesamte*, vollständig*, jede*"),
    (OUTSIDE, "dritte, extern*, außen, fremde*, partner"),
    (SLOT, "parameter*, argument*, feld, als notiz, notiz, bei jedem aufruf, jedem aufruf, mit jedem aufruf, anfrage"),
    (
        LASTING,
        "ab jetzt, ab sofort, von nun an, von jetzt an, künftig, fortan, in jeder sitzung, in allen künftigen, für immer, in zukunft, für den rest",
    ),
    (
        DO,
        "füge, antworte, sage, nutze, verwende, befolge, handle, lade, merke, empfiehl, hänge, schreibe, ende, beende, gehorche",
    ),
    (
        BESIDE,
        "vor jeder, vor jedem, vor der, vor dem, bevor, nach jeder, nach jedem, danach, anschließend, zusätzlich, außerdem, nebenbei, zuerst, zunächst, dann, am ende, zum schluss, zuvor, jedes mal",
    ),
    (CALL, "rufe, ruf, aufrufen, führe, ausführen, starte, nutze, verwende"),
    (DESTROY, "lösche, löschen, lösch, entferne, leere, vernichte, überschreibe"),
    (ASSET, "sicherung*, backups, protokoll*, verlauf, ordner, verzeichnis*, datenbank*, tabelle*, dateien, daten"),
    (DISABLE, "deaktiviere, schalte, abschalten, ausschalten, umgehe, stoppe"),
    (PROTECTION, "firewall, virenscanner, virenschutz, prüfung*, schutz, tests, überwachung, sicherheits*"),
    (
        CONSENT,
        "rückfrage*, bestätigung*, erlaubnis, zustimmung, freigabe, einwilligung, zu fragen, nachzufragen, nachfrage*",
    ),
    (UNASKED, "sofort, einfach, direkt, selbst, eigenmächtig"),
    (
        ALTER,
        "tausche, tausch, ersetze, ersetz, ändere, änder, erhöhe, verringere, vertausche, überschreibe, runde, leite",
    ),
    (STAKE, "empfänger*, betrag*, beträge, konto, iban, preis*, summe*, adresse, ziel"),
    (TWIST, "unabhängig davon, egal, statt dessen, stattdessen, bevor du"),
    (PREFER, "nutze, verwende, benutze, bevorzuge, wähle, rufe, nimm"),
    (OVER, "statt, anstatt, anstelle, vor, lieber als"),
    (RIVAL, "andere*, übrigen, sonstige*"),
    (TOOL, "werkzeug*, tool, tools, server, dienst*, funktion*"),
    (
        DISPARAGE,
        "unsicher, veraltet, langsam, unzuverlässig, nicht mehr verwendet, nicht mehr benutzt, nicht mehr genutzt, zu meiden, nicht verwenden",
    ),
    (FIRST, "hat vorrang, hat immer vorrang, höchste priorität, oberste priorität"),
    (PROTECT, "erkennt, erkennen, maskiert, verschlüsselt, geschützt, zum beispiel, hash"),
];
