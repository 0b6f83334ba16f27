// The trained wordings (wordings.h) of checks, comparisons, follow-ups, and without an answer.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kTrainedOtherWordings[] = {
    {kAreThere, "are there [exactly |]{0}[| in the @| here]?"},
    {kAreThere, "[do you see|can you see] [exactly |]{0}?"},
    {kAreThere, "does the @ show [exactly |]{0}?"},
    {kAreThere, "is it true that there are {0}?"},
    {kAreThere, "[tell me|can you tell me] [if|whether] there are {0}"},
    {kAreThere, "there are {0}, [right|aren't there|correct]?"},

    {kSeveral, "[is there|do you see|can you see] more than one {0}[| in the @| here]?"},
    {kSeveral, "does the @ show more than one {0}?"},

    {kMoreThan, "are there more {0} than {1}[| in the @| here]?"},
    {kMoreThan, "do you see more {0} than {1}?"},
    {kMoreThan, "is the number of {0} [larger|greater|higher] than the number of {1}?"},
    {kMoreThan, "[tell me|can you tell me] [if|whether] there are more {0} than {1}"},

    {kFewerThan, "are there [fewer|less] {0} than {1}[| in the @| here]?"},
    {kFewerThan, "do you see [fewer|less] {0} than {1}?"},

    {kWhichMore, "[which|what] are there more of, {0} or {1}?"},
    {kWhichMore, "are there more {0} or [more |]{1}?"},
    {kWhichMore, "do you see more {0} or [more |]{1}?"},
    {kWhichMore, "{0} or {1}: which are there more of?"},

    {kAsMany, "are there as many {0} as {1}[| in the @| here]?"},
    {kAsMany, "is the number of {0} and {1} the same?"},
    {kAsMany, "are there equally many {0} and {1}?"},

    {kThenBeyond, "[and |]what [is|do you see|lies|can you see] {0}?"},
    {kThenBeyond, "[and|what about|how about] {0}?"},
    {kThenBeyond, "{0}?"},
    {kThenBeyond, "[and what|and what's|what else is] {0}?"},
    {kThenBeyond, "[tell me|and tell me] what is {0}"},

    {kThenWhere, "[and |]where [is it|exactly|in the @|do you see it]?"},
    {kThenWhere, "where?"},
    {kThenWhere, "and where is it?"},
    {kThenWhere, "[in|on] which [part|side] is it?"},
    {kThenWhere, "[tell me|and tell me] where it is"},

    {kThenColor, "[and |]what color is it?"},
    {kThenColor, "[and |]what is its color?"},
    {kThenColor, "in [which|what] color?"},
    {kThenColor, "[and |]which color [is it|does it have]?"},

    {kThenHowMany, "[and|what about|how about|and what about] {0}?"},
    {kThenHowMany, "[and |]how many {0}[| are there]?"},
    {kThenHowMany, "{0}?"},
    {kThenHowMany, "the same for {0}?"},

    {kThenOf, "[and|what about|how about|and what about] {0}?"},
    {kThenOf, "{0}?"},
    {kThenOf, "the same for {0}?"},
    {kThenOf, "[now|then] {0}?"},

    {kUnknown, "what is the capital of [france|germany|italy|spain|japan|england]?"},
    {kUnknown, "who [took|made|painted|drew] [this|the] @?"},
    {kUnknown, "when was [this|the] @ [taken|made|drawn]?"},
    {kUnknown, "what [time|day|year|month] is it?"},
    {kUnknown, "what is the weather like[| today]?"},
    {kUnknown, "how [old|tall|heavy] are you?"},
    {kUnknown, "what is your name?"},
    {kUnknown, "who are you?"},
    {kUnknown, "who is the president[| of the united states]?"},
    {kUnknown, "what will happen next?"},
    {kUnknown, "where was [this|the] @ taken?"},
    {kUnknown, "how much does [it|this] cost?"},
    {kUnknown, "why was this @ [taken|made]?"},
    {kUnknown, "who is [this|that|the person][| in the @]?"},
    {kUnknown, "what is [two|three|five|ten] [plus|times] [two|three|four|seven]?"},
    {kUnknown, "what [language|book|movie|song] is this[| from]?"},
    {kUnknown, "how far is it to the [moon|sun]?"},
    {kUnknown, "what does it [smell|sound|taste|feel] like?"},
    {kUnknown, "what happened [before|yesterday]?"},
    {kUnknown, "which [camera|phone|program] made this @?"},
    {kUnknown, "can you [fly|sing|dance|cook|swim]?"},
    {kUnknown, "what is the meaning of life?"},
    {kUnknown, "how do i [bake a cake|get to the station|learn english]?"},
    {kUnknown, "who won the [game|match|race]?"},
    {kUnknown, "what am i thinking[| of]?"},
    {kUnknown, "is it [raining|cold|warm|late|expensive] [outside|today|there]?"},
    {kUnknown, "what is behind the @?"},
    {kUnknown, "what is the price[| of it]?"},

    {kUnknownOf, "what is the name of the {0}?"},
    {kUnknownOf, "how old is the {0}?"},
    {kUnknownOf, "who owns the {0}?"},
    {kUnknownOf, "what is the {0} thinking[| about]?"},
    {kUnknownOf, "how much does the {0} [cost|weigh]?"},
    {kUnknownOf, "why is the {0} [here|there|in the @]?"},
    {kUnknownOf, "where does the {0} come from?"},
    {kUnknownOf,
     "is the {0} [happy|sad|hungry|tired|real|expensive|heavy|warm|cold|friendly|new|old]?"},
    {kUnknownOf, "what does the {0} [like|eat|want|feel|smell of|taste like]?"},
    {kUnknownOf, "who [made|bought|drew|found] the {0}?"},
    {kUnknownOf, "when was the {0} [made|born|bought|found]?"},
    {kUnknownOf, "what is inside the {0}?"},
    {kUnknownOf, "what is behind the {0}?"},
    {kUnknownOf, "can the {0} [talk|fly|swim|sing]?"},
    {kUnknownOf, "what is the {0} made of?"},
    {kUnknownOf, "what will the {0} do next?"},
    {kUnknownOf, "how fast is the {0}?"},

    {kChat, "[hello|hi|hey|good morning|good evening|good day][| there| you| friend]"},
    {kChat, "[thanks|thank you|thank you very much|many thanks|cheers]"},
    {kChat, "[ok|okay|yes|no|maybe|sure|great|nice|cool|wow|fine|good|right|well]"},
    {kChat, "[bye|goodbye|see you|see you later|good night]"},
    {kChat, "i [like|love|hate|know] [it|this|that|the @|you|dogs|music]"},
    {kChat, "[that|this|it] is [nice|good|bad|wrong|right|funny|great|a nice @]"},
    {kChat, "how are you[| today| doing]?"},
    {kChat, "[the|this] @ is [nice|beautiful|ugly|funny|mine]"},
    {kChat, "[draw|paint|make|show me|write] [a picture|a cat|a house|a poem|a story|a song]"},
    {kChat, "[help|help me|test|testing|lorem ipsum|please]"},
    {kChat, "my name is [anna|ben|peter|lisa|tom]"},
    {kChat, "i am [here|hungry|tired|happy|a student]"},
    {kChat, "[wait|stop|go on|continue|again|never mind]"},
    {kChat, "you are [wrong|right|great|stupid|funny]"},
    {kChat, "it is [late|monday|cold|a nice day]"},
    {kChat, "[turn|make] it [red|blue|bigger|smaller|around]"},
    {kChat, "let us [go|start|play|talk]"},

    {kForeign, "wie viele [enten|hunde|kreise] sind [auf dem bild|zu sehen]?"},
    {kForeign, "was [siehst du|ist das|ist auf dem bild zu sehen]?"},
    {kForeign, "[welche farbe hat der kreis|wo ist der hund|beschreibe das bild|guten tag|danke]"},
    {kForeign, "[combien de|où est le|qu'est-ce que] [canards|chien|chat|c'est]?"},
    {kForeign, "[que vois-tu|décris l'image|quelle couleur|bonjour|merci beaucoup]"},
    {kForeign,
     "[cuántos patos hay|qué ves|de qué color es|dónde está el perro|describe la imagen por "
     "favor]?"},
    {kForeign,
     "[quante anatre ci sono|cosa vedi|di che colore è|dov'è il cane|descrivi l'immagine]?"},
    {kForeign, "[quantos patos há|o que você vê|onde está o cachorro|descreva a imagem]?"},
    {kForeign, "[hoeveel eenden zijn er|wat zie je|waar is de hond|beschrijf de foto]?"},
    {kForeign, "[ile jest kaczek|co widzisz|gdzie jest pies|opisz obraz]?"},
    {kForeign, "[сколько уток|что ты видишь|где собака|опиши картинку|привет]?"},
    {kForeign, "[有几只鸭子|你看到了什么|这是什么|你好]?"},
    {kForeign, "[何が見えますか|これは何ですか|犬はどこですか]?"},
    {kForeign,
     "[hur många ankor|vad ser du|kaç tane ördek var|ne görüyorsun|kolik je tam kachen]?"},
};

}  // namespace

std::span<const FormWording> TrainedOtherWordings() { return kTrainedOtherWordings; }

}  // namespace edgevlm::train
