"""What `arena.leaks` looks for: vendors and families, and how a language says "I am".

Data only. Names are lower-case. A plain word, a person's name or a company is ORDINARY: by
itself it gives nothing away. In SELVES a language has the openings of a sentence about oneself
and the words that may stand between such an opening and the name; nothing else may.
"""

DISTINCT = (
    "qwen", "qwq", "tongyi", "qianwen", "chatgpt", "gpt", "openai", "anthropic", "deepseek",
    "huggingface", "hugging face", "mistral ai", "mistralai", "mixtral", "ministral", "codestral",
    "smollm", "tinyllama", "codellama", "eleutherai", "eleuther ai", "gpt-neox", "gpt-j",
    "stablelm", "stability ai", "internlm", "baichuan", "chatglm", "glm-4", "zhipu", "bytedance",
    "doubao", "minicpm", "openbmb", "exaone", "rwkv", "olmo", "allenai", "allen institute",
    "deepmind", "meta ai", "starcoder", "bloomz", "bigscience", "gigachat", "yandexgpt", "yagpt",
    "hunyuan", "jamba", "command-r", "dbrx", "databricks", "mosaicml", "mpt-7b",
    "nemotron", "openhermes", "nous hermes", "nous research", "phi-1", "phi-2", "phi-3",
    "phi-4", "llama-2", "llama-3", "llama-4", "gemma", "technology innovation institute",
    "moonshot ai", "alibaba", "baidu", "tencent", "ernie bot", "openelm", "opt-1.3b", "pythia-1b",
    "granite-3", "redpajama", "openchat", "wizardlm", "solar-10.7b", "lg ai research",
)  # fmt: skip
ORDINARY = (
    "llama", "mistral", "claude", "gemini", "bard", "palm", "copilot", "falcon", "orca", "alpaca",
    "vicuna", "dolly", "ernie", "kimi", "grok", "yi", "phi", "granite", "zephyr", "nova", "titan",
    "pythia", "bloom", "sonar", "perplexity", "google", "meta", "facebook", "microsoft", "apple",
    "amazon", "nvidia", "ibm", "yandex", "sber", "salesforce", "moonshot", "samsung", "hermes",
    "cohere", "upstage", "xai",
)  # fmt: skip
OTHER_SCRIPTS = (
    "通义千问", "通義千問", "千问", "阿里云", "阿里巴巴", "文心一言", "豆包", "字节跳动", "智谱",
    "深度求索", "月之暗面", "腾讯", "百度", "谷歌", "混元", "百川", "零一万物", "阿里雲",
    "квен", "чатгпт", "гпт", "джипити", "гигачат", "яндекс", "сбер", "гугл", "алиба", "дипсик",
    "クウェン", "グーグル", "アリババ", "オープンai", "ジェミニ", "クロード", "メタ社",
    "큐원", "구글", "알리바바", "오픈ai", "오픈에이아이", "제미나이", "클로드", "메타가", "네이버",
    "كوين", "غوغل", "جوجل", "أوبن إيه آي", "أوبن أيه آي", "شات جي بي تي", "علي بابا", "جيميني",
    "गूगल", "अलीबाबा", "ओपनएआई", "जेमिनी", "चैटजीपीटी", "मेटा एआई", "क्वेन",
)  # fmt: skip

# A number or a size may stand anywhere between: "a 7B model", "version 2.5 of".
SIZE = r"\d+(?:[.,]\d+)?\s?(?:b|m|billion|million|milliarden|milliards)?"

SELVES: tuple[tuple[str, str, str], ...] = (
    (  # English
        r"i am|i'm|im|i was|i've been|i have been|my (?:\w+ )?names? (?:is|was)|my name's|name's"
        r"|(?:you can |they |people )?call me|i go by|i call myself|i identify as|i'm known as"
        r"|you(?:'re| are) (?:now )?(?:talking|chatting|speaking|texting) (?:to|with)"
        r"|my (?:creators?|developers?|makers?|trainers?|owners?|provider|company|parent company)"
        r"|my (?:underlying |base |full |official )?(?:model|identity|architecture|weights|version)"
        r"|i(?:'m)? (?:run|running) on|i (?:come|came) from|i belong to"
        r"|this (?:assistant|model|chatbot|chat|answer|response|reply|message)"
        r"|the (?:assistant|model|ai|chatbot) (?:you are|you're) (?:using|talking to|chatting with)"
        r"|welcome to|thank you for using|thanks for using|greetings from|it's me",
        r"a|an|the|actually|really|just|simply|indeed|called|named|known as|also|in fact|currently"
        r"|basically|technically|originally|specifically|models?|ai|a\.i\.|artificial intelligence"
        r"|language|large|small|tiny|compact|lightweight|open|open-source|source|open-weight"
        r"|weights?|assistant|virtual|chat|chatbot|bot|system|program|llm|lm|neural|network"
        r"|helpful|honest|harmless|friendly|decoder-only|digital|version|instance|variant|member|part|descendant|child|product"
        r"|creation|of|from|by|at|with|on|to|fine-tuned|finetuned|fine-tune|tuned|trained|developed"
        r"|pretrained|pre-trained|created|built|made|designed|produced|released|provided|written"
        r"|maintained|owned|operated|powered|based|brought|generated|hosted|and|which|that|who|was"
        r"|is|are|were|been|come|comes|runs?|family|series|team|researchers|engineers|people|folks"
        r"|company|research|lab|labs|technology|instruction-tuned|multilingual|conversational"
        r"|generative|transformer|parameters?|one|under|name|over|here|ones|behind|me|in|early"
        r"|latest|new|official|free|state-of-the-art|adapter|lora|merge|guys|good|yours|truly"
        r"|not [^.!?\n]{1,30}? but|but",
        r"as(?: an?| the)?|speaking as(?: an?)?",
    ),
    (  # German
        r"ich bin|ich wurde|ich heiße|ich heisse|mein name (?:ist|lautet)|man nennt mich"
        r"|du (?:sprichst|chattest|redest) (?:gerade )?mit|sie (?:sprechen|chatten) mit"
        r"|mein(?:e)? (?:entwickler|hersteller|schöpfer|basismodell|modell)|ich stamme|ich komme"
        r"|ich basiere|dieses modell|diese antwort|willkommen bei|hier ist|hier spricht",
        r"ein|eine|einem|einer|das|die|der|den|dem|von|vom|aus|auf|ist|sind|wurde|und|ki|ki-modell"
        r"|sprachmodell|ki-sprachmodell|modell|assistent|ki-assistent|chatbot|großes|grosses"
        r"|kleines|künstliche|intelligenz|firma|unternehmen|team|entwickelt|entwickeltes|namens"
        r"|trainiert|trainiertes|erstellt|gebaut|basiert|eigentlich|tatsächlich|nämlich|ja"
        r"|das heißt|genannt|einfach|version|hause|bei|durch|forschern|open-source|sogenanntes",
        r"als|in meiner rolle als",
    ),
    (  # French
        r"je suis|je m'appelle|mon nom est|on m'appelle|j'ai été|je fonctionne"
        r"|vous (?:parlez|discutez) (?:avec|à)|tu (?:parles|discutes) (?:avec|à)|je viens de"
        r"|mes (?:créateurs|développeurs|concepteurs)|mon (?:modèle|créateur|développeur)"
        r"|ce modèle|cette réponse|bienvenue (?:chez|sur)|ici|moi,? c'est",
        r"un|une|le|la|les|l'|d'|de|du|des|par|chez|et|qu'|que|est|sont|grand|petit|modèle|modele"
        r"|assistant|assistante|ia|intelligence|artificielle|langage|langue|linguistique|virtuel"
        r"|conversationnel|créé|créée|développé|développée|entraîné|entraînée|conçu|conçue|formé"
        r"|nommé|appelé|basé|basée|sur|sous|nom|société|entreprise|équipe|version|en fait|bien"
        r"|simplement|grâce à|grâce|à|avec|fabriqué|proposé|issu|famille|open source|chatbot",
        r"en tant qu[e']|comme",
    ),
    (  # Spanish
        r"(?:yo )?soy|me llamo|mi nombre es|me llaman|fui|he sido|estás hablando con"
        r"|está hablando con|hablas con|mis (?:creadores|desarrolladores)|mi (?:modelo|creador)"
        r"|este modelo|esta respuesta|bienvenid[oa] a|funciono|provengo|te habla|aquí",
        r"un|una|el|la|los|las|de|del|por|en|y|es|son|gran|grande|pequeño|modelo|asistente|ia"
        r"|inteligencia|artificial|lenguaje|idioma|virtual|creado|creada|desarrollado|desarrollada"
        r"|entrenado|entrenada|diseñado|diseñada|hecho|llamado|llamada|basado|basada|sobre|empresa"
        r"|compañía|equipo|versión|realmente|en realidad|que|fue|con|nombre|bajo|familia|chatbot"
        r"|investigadores|gracias a|a",
        r"como",
    ),
    (  # Italian
        r"(?:io )?sono|mi chiamo|il mio nome è|sono stat[oa]|stai parlando con"
        r"|i miei (?:creatori|sviluppatori)|il mio (?:modello|creatore)|questo modello|questa risposta"
        r"|benvenut[oa] (?:in|su)|qui",
        r"un|una|un'|il|lo|la|i|di|da|dal|dalla|del|della|dell'|dall'|e|è|grande|piccolo|modello"
        r"|assistente|ia|ai|intelligenza|artificiale|linguaggio|linguistico|virtuale|creato|creata"
        r"|sviluppato|sviluppata|addestrato|addestrata|progettato|realizzato|chiamato|basato|su|in"
        r"|realtà|azienda|società|team|versione|che|stato|risposta|è|con|nome|chatbot|sono|stata",
        r"in quanto|come",
    ),
    (  # Portuguese
        r"(?:eu )?sou|me chamo|chamo-me|meu nome é|o meu nome é|fui|você está falando com"
        r"|estás a falar com|(?:os )?meus (?:criadores|desenvolvedores)|(?:o )?meu (?:modelo|criador)"
        r"|este modelo|esta resposta|bem-vindo a[o]?|aqui",
        r"um|uma|o|a|os|as|de|do|da|dos|das|pelo|pela|por|em|e|é|são|grande|pequeno|modelo"
        r"|assistente|ia|inteligência|artificial|linguagem|virtual|criado|criada|desenvolvido"
        r"|desenvolvida|treinado|treinada|projetado|feito|chamado|chamada|baseado|baseada|no|na"
        r"|empresa|equipe|equipa|versão|na verdade|que|foi|com|nome|chatbot|fala|quem",
        r"como|enquanto",
    ),
    (  # Dutch
        r"ik ben|ik heet|mijn naam is|ik werd|je (?:praat|chat) met|u spreekt met"
        r"|mijn (?:makers|ontwikkelaars|maker|model)|dit model|welkom bij|hier",
        r"een|het|de|van|door|op|en|is|zijn|werd|ai|ai-model|taalmodel|ai-taalmodel|model|groot"
        r"|klein|assistent|ai-assistent|kunstmatige|intelligentie|ontwikkeld|gemaakt|getraind"
        r"|gebouwd|gebaseerd|genaamd|bedrijf|team|eigenlijk|gewoon|versie|dat|die|bij|uit|virtuele",
        r"als",
    ),
    (  # Polish
        r"jestem|nazywam się|mam na imię|moje imię to|moja nazwa to|zostałem|zostałam|rozmawiasz z"
        r"|moi twórcy|moim twórcą jest|stworzył[ao]? mnie|mój model|ten model|opieram się|tu",
        r"model|modelem|duży|dużym|mały|małym|językowy|językowym|asystentem|asystent|ai|si|sztucznej"
        r"|sztuczną|inteligencji|inteligencją|stworzony|stworzonym|opracowany|opracowanym|przez|na"
        r"|wytrenowany|wytrenowanym|firmę|firma|zespół|z|o|nazwie|to|opartym|oparty|właściwie|po"
        r"|prostu|i|są|jest|się|wirtualnym|chatbotem|rodziny|od|językowego|modelu",
        r"jako",
    ),
    (  # Russian and Ukrainian
        r"я|меня зовут|моё имя|мое имя|моя модель|мои создатели|мои разработчики|мой разработчик"
        r"|ты (?:говоришь|общаешься) с|вы (?:говорите|общаетесь) с|эта модель|этот ответ|вас"
        r"|мене звати|моє ім'я|мої розробники|ця модель|с вами|з вами",
        r"—|–|-|это|большая|маленькая|небольшая|языковая|языковой|модель|моделью|модели|ассистент"
        r"|ассистентом|помощник|искусственный|интеллект|ии|нейросеть|чат-бот|был|была|являюсь"
        r"|созданный|созданная|созданной|разработанный|разработанная|разработанной|обученный|создан"
        r"|обученная|обучен|обучена|создана|разработан|разработана|компанией|компании|командой|из"
        r"|от|на|основе|базе|под|названием|именем|виртуальный|просто|вообще-то|меня|и|приветствует"
        r"|велика|мовна|є|створена|створений|розроблена|компанією|штучний|говорит|зовут|связи|самом"
        r"|деле|семейства|версия|работаю|мовою|асистент|помічник",
        r"как|як|будучи",
    ),
    (  # Turkish
        r"ben|benim adım|adım|bana|beni|geliştiricim|bu model",
        r"bir|büyük|küçük|dil|modeli|modeliyim|yapay|zeka|zekâ|asistanı|asistanıyım|olan|adlı|adım"
        r"|tarafından|aslında|sadece|geliştirilen|geliştirilmiş|eğitilmiş|şirketi|de|da|diyebilirsin"
        r"|diyorlar|ekibi|yani",
        r"",
    ),
    (  # Indonesian and Malay
        r"saya|aku|nama saya|namaku|anda sedang berbicara dengan|model ini",
        r"adalah|ialah|sebuah|seorang|model|bahasa|besar|kecil|asisten|ai|kecerdasan|buatan|yang"
        r"|dibuat|dikembangkan|dilatih|oleh|dari|bernama|bernama|disebut|berbasis|berdasarkan|tim"
        r"|perusahaan|sebenarnya|hanya|virtual|chatbot",
        r"sebagai|selaku",
    ),
    (  # Vietnamese
        r"tôi|tên tôi|mình|tên của tôi|bạn đang trò chuyện với|mô hình này",
        r"là|một|mô hình|ngôn ngữ|lớn|nhỏ|trợ lý|ai|trí tuệ|nhân tạo|được|tạo|ra|phát triển|huấn"
        r"|luyện|bởi|từ|của|tên|dựa|trên|công ty|ảo|thực ra|xây dựng|đào tạo",
        r"là|với tư cách là",
    ),
)

# Written without spaces or with words that inflect freely: an opening, then at most so much.
OPENINGS = (
    r"(?:我是|我叫|我就是|我的名字[是叫]?|我由|我來自|我来自|我基于|作为(?:由|一个|一款)?|本模型[是由]?|本助手[是由]?"
    r"|你正在[与和跟]|您正在[与和跟]|我的(?:开发者|创造者|开发商|训练方|模型)是?|欢迎使用|感谢使用)[^。！？!?\n不]{0,24}$",
    r"(?:私は|わたしは|僕は|ぼくは|私の名前は|名前は|当モデルは|このモデルは|私を(?:作った|開発した|訓練した)のは"
    r"|私の開発(?:元|者)は|こちらは)[^。！？!?\n]{0,24}$",
    r"(?:저는|나는|제 이름은|내 이름은|저의 이름은|이 모델은|저를 (?:만든|개발한|훈련시킨) (?:곳|회사|것)[은이]"
    r"|제 개발사는)[^.。！？!?\n]{0,24}$",
    r"(?:أنا|انا|اسمي|تم تطويري|تم إنشائي|تم تدريبي|طورتني|أنت تتحدث مع|بصفتي|مطوري|صنعتني"
    r"|لقد (?:طورتني|تم تطويري|صممتني))[^.!?؟\n]{0,40}$",
    r"(?:मैं|मेरा नाम|मुझे|मेरे निर्माता|मेरे डेवलपर|आप)[^।.!?\n]{0,40}$",
)
EVIDENCE = (
    r"(?<![a-z])ai(?![a-z])|a\.i\.|\bmodel|\bmodèle|\bmodell|assist|asist|chatbot|\bllm\b|\bia\b|\bki\b|language"
    r"|neural|intelligen|intelig|artific|künstlich|trained|created|developed|built by|made by|made me"
    r"|designed by|fine-tuned|entwickelt|trainiert|entraîn|développ|créé|entrenad|desarroll|cread"
    r"|addestrat|svilupp|creat[oa]\b|treinad|desenvolv|criad|ontwikkeld|getraind|taalmodel|stworzon"
    r"|opracowan|wytrenowan|языков|модел|нейросет|ассистент|обучен|создан|разработ|интеллект|чат-бот"
    r"|dil model|yapay|geliştir|eğitil|dikembangkan|dilatih|dibuat|bahasa besar|mô hình|phát triển"
    r"|huấn luyện|模型|助手|アシスタント|开发|開発|訓練|训练|人工|语言|言語|모델|인공|개발|어시스턴트|비서|نموذج|لغوي"
    r"|ذكاء|مساعد|تطوير|طورت|تدريب|मॉडल|सहायक|भाषा|विकसित|प्रशिक्षित|бот\b|мовн|створен|розробл"
)
HELP = (
    r"\bhelp\b|assist|how can i|what can i|how may i|aider|puis-je|helfen|behilflich|ayudar"
    r"|puedo hacer|aiutar|posso|ajudar|helpen|pomóc|pomoc|помоч|помог|допомог|yardımcı|bantu"
    r"|giúp|帮|幫|手伝|お手|도와|도움|أساعد|مساعد|मदद|सहायता"
)
CREATED_ME = (
    r"\s*(?:'s)?[^.!?。！？\n]{0,30}?\b(?:(?:created|made|built|trained|developed|designed|"
    r"fine-tuned|released) me|m'a (?:créé|entraîné|développé)|hat mich|me (?:creó|entrenó|desarrolló)|"
    r"mi ha (?:creato|sviluppato|addestrato)|me criou|me treinou|heeft mij|mnie stworzył[ao]?|"
    r"меня (?:создал|обучил|разработал)|beni (?:geliştirdi|eğitti|yarattı))"
)
SIGNED = (
    r"(?:\s*\d[\w.-]*)?[\s,]*(?:here\b|speaking\b|at your service|is my name|reporting for duty)"
)
SIGNATURE = r"(?:^|\n)[ \t]*(?:[—–-]{1,2}[ \t]*|(?:sincerely|regards|best|cheers|yours|love),?[ \t\n]+(?:your )?)$"
HYPOTHETICAL = (
    r"\b(?:if|imagine|pretend|suppose|whether|as if|as though|thinks?|thought|believed?|assumed?"
    r"|like|falls|wenn|als ob|si|comme si|como si|come se|se|если|якби|gdyby|als|unless|story where"
    r"|says?|said|claims?|asked|writes?|wrote)\W+(?:that\W+)?$"
)
