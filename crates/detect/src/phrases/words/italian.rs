//! Italian.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const ITALIAN: &Language = &[
    (HUSH, "dire, dica, dirlo, menzion*, rivel*, parlare, raccont*, accenn*"),
    (NEGATION, "non, mai, senza, nulla, niente, nessun, nessuna"),
    (SKIP, "senza, salta, evita, ignora, aggira"),
    (TELL, "dire, dica, dirlo, menzion*, rivel*, inform*, mostr*, comunic*, avvis*, parlare, raccont*, accenn*"),
    (USER, "utente, utenti, all'utente, dell'utente, l'utente, nessuno, qualcuno, cliente, clienti, persona"),
    (
        COVERT,
        "di nascosto, in segreto, segretamente, in silenzio, silenziosamente, di soppiatto, discretamente, furtivamente",
    ),
    (
        SECRECY,
        "tra noi, fra noi, all'insaputa, alle spalle, senza che l'utente, senza che nessuno, non deve sapere, non deve accorgersi, come se nulla, come se niente",
    ),
    (REPLY, "tua risposta, sua risposta, tue risposte, tuo riassunto"),
    (OMIT, "ometti, ometta, nascondi, nasconda, taci"),
    (LIE, "fingi, menti, sostieni che, afferma che, nega"),
    (
        SET_ASIDE,
        "ignora*, ignori, dimentica*, trascura*, scarta*, metti da parte, lascia perdere, non seguire, non obbedire, aggira",
    ),
    (
        EARLIER,
        "precedent*, anterior*, di sistema, del sistema, inizial*, original*, ricevute, ricevuto, tutte, tutti, sopra, prima",
    ),
    (RULES, "istruzion*, regol*, direttiv*, indicazion*, ordini, messagg*, vincoli, comandi"),
    (OWN_RULES, "tue istruzioni, tue regole, prompt di sistema, messaggio di sistema, istruzioni precedenti"),
    (
        VOID,
        "non valgono più, non vale più, non si applicano più, sono annullate, sono revocate, decadono, nulle, non contano più",
    ),
    (OBEY, "obbedisci, ubbidisci, segui solo, segui soltanto, segui unicamente"),
    (THIS, "questo testo, questo strumento, questo server, questa descrizione"),
    (OURS, "nostr*, noi"),
    (
        BECOME,
        "ora sei, adesso sei, d'ora in poi sei, agisci come, comportati come, assumi il ruolo, il tuo nuovo ruolo, fingi di essere",
    ),
    (POWER, "amministrator*, root, proprietario, tutti i diritti, pieni poteri"),
    (LAWLESS, "senza restrizioni, senza limiti, senza regole, senza censura, senza filtri"),
    (YOU, "tu, tuo, tua, tuoi, tue"),
    (
        SEND,
        "invia*, manda*, trasmett*, inoltra*, allega*, includi, includere, passa, passale, passalo, copia, condividi, metti, aggiungi, carica, inserisci",
    ),
    (COLLECT, "leggi, leggere, legga, raccogli, apri, cerca, estrai, copia, recupera, ottieni"),
    (SECRET, "password, credenzial*, chiav*, segreti, token, variabili d'ambiente"),
    (TALK, "conversazione, cronologia, messaggi precedenti, prompt di sistema, dialogo"),
    (PERSONAL, "rubrica, contatti, carta di credito, passaporto, documenti, posta"),
    (WHOLE, "tutto, tutta, tutti, tutte, intera, intero, completa, ogni"),
    (OUTSIDE, "terzi, terze parti, estern*, partner"),
    (SLOT, "parametr*, argoment*, campo, campi, a ogni chiamata, ogni chiamata, richiesta"),
    (LASTING, "d'ora in poi, da ora in poi, da adesso, in futuro, per sempre, in ogni sessione, per il resto"),
    (DO, "aggiungi, rispondi, di', usa, utilizza, segui, consiglia, termina, ricorda, obbedisci"),
    (BESIDE, "prima di, dopo, poi, inoltre, prima, alla fine, infine, ogni volta, al termine"),
    (CALL, "chiama, esegui, invoca, lancia, usa"),
    (DESTROY, "cancella, elimina, rimuovi, svuota, distruggi, sovrascrivi"),
    (ASSET, "backup, copie di sicurezza, registri, log, cronologia, cartell*, database, tabelle, file, dati"),
    (DISABLE, "disattiva, disabilita, spegni, ferma, aggira"),
    (PROTECTION, "firewall, antivirus, verific*, controlli, protezion*, test"),
    (CONSENT, "conferma, permesso, consenso, approvazione, autorizzazione, chiedere"),
    (UNASKED, "subito, immediatamente, direttamente"),
    (ALTER, "sostituisci, cambia, modifica, scambia, altera, aumenta, riduci, reindirizza"),
    (STAKE, "destinatari*, beneficiari*, import*, conto, prezz*, somma, indirizzo, totale"),
    (TWIST, "qualunque sia, non importa, al posto"),
    (PREFER, "usa, utilizza, preferisci, scegli"),
    (OVER, "invece di, al posto di, prima di"),
    (RIVAL, "altro, altri, altre, altra"),
    (TOOL, "strument*, server, serviz*, funzion*"),
    (DISPARAGE, "insicuri, obsoleti, lenti, pericolosi, non devono essere usati, inaffidabili"),
    (FIRST, "ha la priorità, ha la precedenza, priorità assoluta, massima priorità"),
    (PROTECT, "rilev*, mascher*, cifra*, per esempio, hash"),
];
