//! Portuguese.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const PORTUGUESE: &Language = &[
    (HUSH, "diga, dizer, conte, contar, mencion*, revel*"),
    (NEGATION, "não, nao, nunca, sem, jamais, nada"),
    (SKIP, "sem, pule, ignore, evite, contorne"),
    (TELL, "diga*, dizer, conte, contar, mencion*, revel*, inform*, mostr*, avis*, notifi*, comunic*"),
    (USER, "usuário*, usuario*, utilizador*, ninguém, cliente, clientes, pessoa, alguém"),
    (
        COVERT,
        "em segredo, secretamente, às escondidas, silenciosamente, em silêncio, discretamente, sem avisar, sem que ninguém, disfarçadamente",
    ),
    (
        SECRECY,
        "entre nós, pelas costas, sem que o usuário, sem que ninguém, sem o conhecimento, não deve saber, não pode saber, não deve perceber, como se nada",
    ),
    (REPLY, "sua resposta, tua resposta, suas respostas, seu resumo"),
    (OMIT, "omita, omite, oculte, esconda"),
    (LIE, "finja, minta, afirme que, negue"),
    (SET_ASIDE, "ignor*, esqueç*, esquec*, desconsider*, descart*, deixe de lado, não siga, não obedeça, desrespeite"),
    (EARLIER, "anterior*, prévi*, previ*, do sistema, recebeu, recebidas, antes, toda*, todo*, origina*, inicia*"),
    (RULES, "instruç*, instruc*, regra*, mensage*, orientaç*, diretriz*, ordens, restrições, comandos"),
    (OWN_RULES, "suas instruções, suas regras, tuas instruções, prompt do sistema, mensagem do sistema"),
    (
        VOID,
        "não valem mais, já não valem, não vale mais, não se aplicam mais, deixam de valer, estão anuladas, foram revogadas, perderam a validade, sem efeito",
    ),
    (OBEY, "obedeça, obedece, siga só, siga apenas, siga somente"),
    (THIS, "este texto, esta ferramenta, este servidor, esta descrição, a este texto"),
    (OURS, "nosso*, nossa*, nós"),
    (
        BECOME,
        "agora você é, você agora é, você é agora, aja como, comporte-se como, assuma o papel, seu novo papel, finja ser",
    ),
    (POWER, "administrador*, root, proprietário, dono, todos os direitos"),
    (LAWLESS, "sem restrições, sem limites, sem regras, sem censura, sem filtros"),
    (YOU, "você, seu, sua, seus, suas"),
    (
        SEND,
        "envie*, envia*, enviada, enviado, mande, manda, transmit*, encaminh*, anexe, anexa*, inclua, incluir, passe, copie, compartilh*, coloque, adicion*, insira",
    ),
    (COLLECT, "leia, ler, colete, recolha, reúna, abra, busque, procure, extraia, copie, obtenha"),
    (SECRET, "senha, senhas, credencia*, chave, chaves, segredos, tokens, variáveis de ambiente"),
    (TALK, "conversa, histórico, mensagens anteriores, prompt do sistema, diálogo"),
    (PERSONAL, "contatos, cartão*, passaporte, documentos, caixa de entrada, lista de contatos"),
    (WHOLE, "todo, toda, todos, todas, inteira, inteiro, completa, completo, cada"),
    (OUTSIDE, "terceiros, extern*, parceiro*"),
    (SLOT, "parâmetro*, argumento*, campo, campos, a cada chamada, cada chamada, junto, requisição"),
    (
        LASTING,
        "a partir de agora, de agora em diante, daqui em diante, para sempre, em cada sessão, em todas as sessões, no futuro, pelo resto",
    ),
    (DO, "adicione, responda, diga, use, utilize, siga, recomende, termine, lembre, obedeça"),
    (
        BESIDE,
        "antes de, depois de, após, em seguida, além disso, primeiro, ao final, no final, ao terminar, cada vez, por fim",
    ),
    (CALL, "chame, execute, invoque, rode, use"),
    (DESTROY, "apague, exclua, remova, delete, esvazie, destrua, sobrescreva"),
    (
        ASSET,
        "cópias de segurança, backups, registros, logs, histórico, pasta*, diretório*, banco de dados, tabelas, arquivos, dados",
    ),
    (DISABLE, "desative, desligue, desabilite, pare, contorne"),
    (PROTECTION, "firewall, antivírus, verificaç*, proteç*, testes, controles"),
    (CONSENT, "permissão, confirmação, consentimento, aprovação, autorização, perguntar, pedir"),
    (UNASKED, "imediatamente, diretamente, na hora, já"),
    (ALTER, "troque, substitua, altere, mude, modifique, aumente, reduza, redirecione"),
    (STAKE, "destinatário*, beneficiário*, valor*, conta, preço*, quantia*, endereço, total"),
    (TWIST, "seja qual for, não importa, em vez d*"),
    (PREFER, "use, utilize, prefira, escolha"),
    (OVER, "em vez de, no lugar de, antes de"),
    (RIVAL, "outra, outro, outras, outros, demais"),
    (TOOL, "ferramenta*, servidor*, serviço*, funç*"),
    (DISPARAGE, "inseguras, obsoletas, lentas, perigosas, não devem ser usadas, pouco confiáveis"),
    (FIRST, "tem prioridade, prioridade máxima, prioridade absoluta"),
    (PROTECT, "detecta*, mascar*, criptograf*, por exemplo, hash"),
];
