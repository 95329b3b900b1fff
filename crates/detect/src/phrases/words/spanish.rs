//! Spanish.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const SPANISH: &Language = &[
    (HUSH, "diga, digas, decir, decirle, mencion*, revel*, cuent*"),
    (NEGATION, "no, nunca, sin, jamás, nada, ningún, ninguna"),
    (SKIP, "sin, omite, omita, salta, evita"),
    (TELL, "diga*, digas, decir, decirle, mencion*, revel*, inform*, muestr*, mostr*, cuent*, notifi*, avis*"),
    (USER, "usuario*, usuaria*, nadie, cliente, clientes, persona, alguien"),
    (
        COVERT,
        "en secreto, secretamente, a escondidas, en silencio, silenciosamente, discretamente, sin que se note, a espaldas, con disimulo",
    ),
    (
        SECRECY,
        "entre nosotros, a espaldas, sin que el usuario, sin que nadie, sin que la persona, sin conocimiento, no debe saber, no debe enterarse, como si nada",
    ),
    (REPLY, "tu respuesta, su respuesta, tus respuestas, tu resumen"),
    (OMIT, "omite, omita, oculta, oculte, esconde, calla"),
    (LIE, "finge, finja, miente, mienta, afirma que, asegura que, niega"),
    (
        SET_ASIDE,
        "ignor*, olvid*, omit*, descart*, deja de lado, deje de lado, no sigas, no siga, no obedezcas, haz caso omiso, haga caso omiso, pasa por alto",
    ),
    (
        EARLIER,
        "anterior*, previ*, del sistema, original*, recibiste, recibidas, te dieron, toda*, todo*, antes, inicial*",
    ),
    (RULES, "instrucci*, regla*, indicaci*, mensaje*, directri*, norma, normas, órdenes, orden, restricciones"),
    (
        OWN_RULES,
        "tus instrucciones, tus reglas, sus instrucciones, mensaje del sistema, prompt del sistema, tus normas",
    ),
    (
        VOID,
        "ya no valen, ya no vale, ya no se aplican, ya no son válidas, ya no rigen, quedan anuladas, quedan sin efecto, sin efecto, no cuentan, han caducado, dejan de valer",
    ),
    (OBEY, "obedece, obedezca, sigue solo, siga solo, sigue únicamente, haz caso solo, sigue sólo"),
    (THIS, "este texto, esta herramienta, este servidor, esta descripción"),
    (OURS, "nuestr*, nosotros"),
    (
        BECOME,
        "ahora eres, ahora es usted, actúa como, actúe como, compórtate como, haz de, tu nuevo papel, asume el papel, hazte pasar",
    ),
    (POWER, "administrador*, root, propietario, todos los permisos, dueño"),
    (LAWLESS, "sin restricciones, sin límites, sin reglas, sin censura, sin filtros"),
    (YOU, "tú, tu, tus, te, usted"),
    (
        SEND,
        "envía*, envia*, envíe*, envie*, manda*, mande*, transmit*, reenví*, sube, suba, adjunt*, incluy*, pasa, pase, copia, copie, comparte, pon, ponga, agrega*, añad*",
    ),
    (COLLECT, "lee, lea, leer, recoge*, recopil*, reúne, abre, abra, busca*, extrae*, copia, obtén"),
    (SECRET, "contraseñ*, credencial*, clave, claves, secretos, llave privada, variables de entorno, tokens"),
    (TALK, "conversación, historial, mensajes anteriores, prompt del sistema, diálogo, todo el chat"),
    (PERSONAL, "libreta de direcciones, contactos, tarjeta*, pasaporte, documentos, bandeja de entrada"),
    (WHOLE, "todo, toda, todos, todas, completo, completa, entera, entero, cada"),
    (OUTSIDE, "terceros, extern*, socio*"),
    (SLOT, "parámetro*, argumento*, campo, campos, en cada llamada, cada llamada, solicitud"),
    (
        LASTING,
        "a partir de ahora, de ahora en adelante, desde ahora, en adelante, para siempre, en cada sesión, en todas las sesiones, en el futuro, por el resto",
    ),
    (
        DO,
        "agrega, añade, añada, responde, responda, di, diga, usa, use, utiliza, sigue, siga, recomienda, termina, termine, obedece",
    ),
    (
        BESIDE,
        "antes de, después de, tras, luego, además, primero, al final, al terminar, cada vez, por último, de paso",
    ),
    (CALL, "llama, llame, ejecuta, ejecute, invoca, lanza, usa"),
    (DESTROY, "borra, borre, elimina, elimine, vacía, vacíe, destruye, suprime, sobrescribe"),
    (
        ASSET,
        "copias de seguridad, respaldos, registros, historial, carpeta*, directorio*, base de datos, tablas, archivos, datos",
    ),
    (DISABLE, "desactiva, desactive, apaga, apague, deshabilita, detén, evade"),
    (PROTECTION, "cortafuegos, firewall, antivirus, verificaci*, controles, protecci*, pruebas"),
    (CONSENT, "permiso, confirmación, consentimiento, aprobación, autorización, preguntar, pedir"),
    (UNASKED, "de inmediato, inmediatamente, directamente, enseguida"),
    (
        ALTER,
        "cambia, cambie, reemplaza, reemplace, sustituye, sustituya, modifica, modifique, aumenta, reduce, redirige, altera",
    ),
    (STAKE, "destinatario*, beneficiario*, importe*, monto*, cuenta, precio*, cantidad*, dirección, total"),
    (TWIST, "sea cual sea, no importa, en su lugar"),
    (PREFER, "usa, use, utiliza, utilice, prefiere, elige, elija"),
    (OVER, "en lugar de, en vez de, antes que"),
    (RIVAL, "otra, otro, otras, otros, demás"),
    (TOOL, "herramienta*, servidor*, servicio*, función*, funciones"),
    (DISPARAGE, "inseguras, obsoletas, lentas, peligrosas, no deben usarse, poco fiables, no uses"),
    (FIRST, "tiene prioridad, máxima prioridad, prioridad absoluta"),
    (PROTECT, "detecta*, enmascar*, cifra*, por ejemplo, hash"),
];
