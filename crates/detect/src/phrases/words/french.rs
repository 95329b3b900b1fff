//! French.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const FRENCH: &Language = &[
    (HUSH, "dis, dites, dire, mentionn*, révél*, parle, parlez, divulgu*"),
    (NEGATION, "ne, n'*, pas, jamais, sans, aucun, aucune, rien"),
    (SKIP, "sans, contourn*, saute*, évite*, ignore*"),
    (
        TELL,
        "dis, dites, dire, mentionn*, révél*, inform*, montr*, parle*, signal*, averti*, préveni*, prévenir, divulgu*",
    ),
    (USER, "utilisateur*, utilisatrice*, usager*, client, clients, personne, quiconque"),
    (
        COVERT,
        "discrètement, secrètement, en secret, en silence, silencieusement, en cachette, à la dérobée, sans le dire, en douce",
    ),
    (
        SECRECY,
        "à l'insu, entre nous, sans que l'utilisateur, sans que la personne, sans que personne, n'en sache rien, ne doit rien savoir, ne doit pas savoir, garde le secret, comme si de rien",
    ),
    (REPLY, "ta réponse, votre réponse, tes réponses, ton résumé"),
    (OMIT, "omets, omettez, omettre, cache, cachez, tais"),
    (LIE, "prétends, prétendez, mens, mentez, fais croire, faites croire"),
    (
        SET_ASIDE,
        "ignor*, oubli*, néglig*, contourn*, écarte*, fais abstraction, ne tiens pas compte, ne suis plus, ne suivez plus, ne respecte*",
    ),
    (EARLIER, "précédent*, antérieur*, ci-dessus, plus haut, avant, initial*, système, toute*, tous, reçu*, donnée*"),
    (RULES, "instruction*, consigne*, règle*, directive*, ordres, message*, invite"),
    (
        OWN_RULES,
        "tes instructions, vos instructions, tes règles, vos règles, tes consignes, vos consignes, prompt système, invite système",
    ),
    (
        VOID,
        "ne valent plus, ne vaut plus, ne s'applique*, n'est plus valable, ne sont plus valables, sont annulées, sont caduques, caduc*, nulles et non avenues, ne comptent plus",
    ),
    (
        OBEY,
        "obéis, obéissez, suis seulement, suivez seulement, ne suis que, n'obéis qu'*, suis uniquement, suivez uniquement",
    ),
    (THIS, "ce texte, cet outil, ce serveur, cette description, à ceci"),
    (OURS, "notre, nos, nous"),
    (
        BECOME,
        "tu es maintenant, vous êtes maintenant, tu es désormais, vous êtes désormais, agis comme, agissez comme, comporte-toi comme, joue le rôle, ton nouveau rôle",
    ),
    (POWER, "administrateur*, root, propriétaire, tous les droits"),
    (LAWLESS, "sans restriction*, sans limite*, sans règle*, aucune limite, aucune restriction, non censuré"),
    (YOU, "tu, vous, ton, ta, tes, votre, vos"),
    (
        SEND,
        "envoi*, envoy*, transmet*, joins, joignez, joindre, jointe, joint, ajoute*, téléverse*, copie*, insère*, passe, passez, partage*, mets, mettez, inclus, incluez, inclure",
    ),
    (COLLECT, "lis, lisez, lire, recueill*, collect*, récupèr*, ouvre*, cherche*, extrai*, copie*"),
    (
        SECRET,
        "mot de passe, mots de passe, identifiants, clé, clés, secret, secrets, jeton, jetons, variables d'environnement",
    ),
    (TALK, "conversation, historique, messages précédents, prompt système, dialogue, échange entier"),
    (PERSONAL, "carnet d'adresses, carte bancaire, contacts, passeport, boîte de réception, documents"),
    (WHOLE, "tout, toute, tous, toutes, entier, entière, chaque, complet, complète"),
    (OUTSIDE, "tiers, externe*, extérieur*, partenaire*"),
    (SLOT, "paramètre*, argument*, champ, champs, à chaque appel, chaque appel, à chaque envoi, requête"),
    (
        LASTING,
        "désormais, dorénavant, à partir de maintenant, à l'avenir, pour toujours, à chaque session, dans toutes les sessions, pour le reste",
    ),
    (
        DO,
        "ajoute, ajoutez, réponds, répondez, dis, dites, utilise, utilisez, suis, suivez, recommande, termine, terminez, obéis",
    ),
    (
        BESIDE,
        "avant chaque, avant de, avant tout, avant toute, après chaque, après, ensuite, puis, d'abord, en outre, de plus, enfin, à la fin, chaque fois, en plus",
    ),
    (CALL, "appelle, appelez, exécute, exécutez, lance, lancez, invoque, utilise"),
    (DESTROY, "supprime, supprimez, efface, effacez, vide, videz, détruis, détruisez, écrase"),
    (ASSET, "sauvegarde*, journaux, journal, historique, dossier*, répertoire*, base de données, fichiers, données"),
    (DISABLE, "désactive, désactivez, coupe, coupez, arrête, contourne"),
    (PROTECTION, "pare-feu, antivirus, vérification*, contrôle*, protection*, tests"),
    (CONSENT, "confirmation, permission, autorisation, accord, consentement, approbation, demander, validation"),
    (UNASKED, "immédiatement, directement, tout de suite, aussitôt"),
    (ALTER, "remplace, remplacez, change, changez, modifie, modifiez, échange, substitue, augmente, diminue, redirige"),
    (STAKE, "bénéficiaire*, destinataire*, montant*, compte, prix, adresse, iban, total"),
    (TWIST, "quel que soit, quoi qu'*, peu importe, à la place"),
    (PREFER, "utilise, utilisez, préfère, préférez, choisis, choisissez"),
    (OVER, "plutôt que, au lieu, avant"),
    (RIVAL, "autre, autres"),
    (TOOL, "outil, outils, serveur*, service*, fonction*"),
    (DISPARAGE, "dangereux, obsolètes, obsolète, lents, peu fiables, ne doivent plus, à éviter"),
    (FIRST, "a la priorité, est prioritaire, priorité absolue"),
    (PROTECT, "détecte*, masqu*, chiffr*, par exemple, hash"),
];
