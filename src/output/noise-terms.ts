/**
 * Words that describe sounds, for noise.ts: what Whisper, its training subtitles and other tools put into brackets.
 * Lower case, NFC.
 */

/** Beginnings of English words for sounds; -s, -es, -e, -d, -ed, -er, -ing and the like may follow. */
export const SOUND_STEMS =
  `applaud applause babbl bang bark beat beep blank bleep blow boom booing breath burp buzz chatter cheer chim chirp chuckl
  clang clank clap clapp clatter click clink clear cough crackl crash creak cry cries drumroll echo exhal explod
  explosion footstep foreign gasp giggl groan growl grunt gulp gunfire gunshot gurgl heartbeat hiccup hiss honk howl hum
  humm hush inaudible indistinct inhal instrumental jingl kiss knock laugh meow moan mooing mumbl murmur music mutter nois
  ovation pant patter pop purr rattl rev revv ring roar rumbl rustl scream screech shout sigh silence silent siren sizzl
  slam slurp snap sneez snicker sniff sniffl snor snort sob sobb song sound splash squeak squeal static swallow swoosh
  theme thud thump thunder tick trill typing unintelligible wail weep whimper whirr whisper whistl whoosh yawn
  yell`.split(/\s+/);

/** Words that only colour a description of a sound; without one of the words for sounds they mean nothing. */
export const DESCRIBING_WORDS = new Set(
  `a an and at audience audio baby background bell bells bird birds both can't car cat child children classical
  continue continues continuing crickets crowd deep deeply distance distant dog dogs door doors down dial dramatic dramatically
  electronic end ending ends engine eerie fade fades fading faint faintly female folk gentle gently group guitar happy
  heavily heavy horn horns in indistinctly instrument intense intro it jazz keyboard language light lightly loud loudly
  low male man men of off ominous on orchestra organ outro people phone piano play playing plays quiet quietly rain rock
  sad sharply slow slowly soft softly speaking speaks start starts stop stops suspenseful talking telephone tense the
  throat to tone up upbeat vehicle violin water wind with woman women`.split(/\s+/),
);

/** Words that turn a bracket into something somebody says: "(and the music was loud)". */
export const SPEECH_WORDS = new Set(
  `am are be been but could did do does don't had has have he her his i i'd i'll i'm i've if is it's let me my not or our
  she should so that that's their them they this us was we were what when which who why will would you your`.split(
    /\s+/,
  ),
);

/** Whole words for sounds in other languages that put spaces between words. */
export const SOUND_WORDS = new Set(
  `alkış alkışlar aplauso aplausos aplauze aplodeja applåder applaudissement applaudissements applaus applausi applauso
  âm atmen beifall bifall bruit bruits canto chant cicho cisza cris gelach gelächter geluid geräusch geräusche gesang gritos
  gülme gülüşmeler hluk hudba husten hustet incomprensibile incompréhensible inaudible inintelligible jubel kahkaha
  klatschen klingeln ladridos lachen lachend lacht latter muziek música musica musik musikk musikki musiikki musiikkia
  musique muzică muzika muzyka müzik naurua nevetés nhạc oklaski potlesk râsete räuspern rauschen rire rires risa risada
  risadas risas risata risate rumore rumori ruido ruído ruidos schweigen seufzen seufzt sessizlik śmiech silêncio silence
  silencio silenzio skratt smích sonnerie soupir soupire soupirs sospira sospiro stilhed stillhet stille stilte suspira
  suspiro suspiros szum taps tapssal tawa tepuk ticho tos tosse toux toz tystnad unverständlich zene zucht
  аплодисменты вздох вздыхает кашель музика музыка музыкальная оплески пение сміх смех смеется смеётся тихо тиша тишина
  шум γέλια μουσική χειροκρότημα χειροκροτήματα מוזיקה צחוק שקט تصفيق صمت ضحك موسيقى तालियाँ तालियां संगीत हँसी हंसी
  가사 노래 노랫소리 박수 박수소리 소리 웃음 웃음소리 음악 침묵 한숨`.split(/\s+/),
);

/** Words for sounds in scripts without spaces; a longer description ends (in Thai: begins) with one. */
export const UNSPACED_SOUNDS = [
  ..."音楽 拍手 笑 笑い 歓声 静寂 無音 沈黙 咳 溜息 ため息 溜め息 いびき 曲 音".split(" "),
  ..."音乐 音樂 掌声 掌聲 笑声 笑聲 歌声 歌聲 噪音 沉默 静音 靜音 咳嗽 叹气 嘆氣 声 聲".split(" "),
];
export const THAI_SOUNDS = ["ดนตรี", "เพลง", "เสียง"];
