// The composed wordings (wordings.h) of the contents of an image.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kComposedContentWordings[] = {
    {kDescribe,
     "<do>[describe|describe|describe|depict|summarize|summarise|sum "
     "up|explain|outline|narrate|recount|report on|comment on|portray|characterize|paint a picture "
     "of|go through|walk me through|break down] [it|this|<the-image>|<the-image>|[the contents|the "
     "content|every part|all parts|all] of <the-image>|everything<in>|what [you see|you can see|is "
     "there|is shown|can be seen|is visible|is going on|is <in-the-image>]][| briefly| shortly| in "
     "detail| in full| in [a|one] sentence| in your own words| in words| in plain words| as well "
     "as you can| thoroughly| carefully| precisely| to me| for me| for someone who cannot see it]"},
    {kDescribe,
     "<do>[give|write|provide|produce|compose|make|create|offer|prepare] [|me |us ][[a|the] "
     "[|short |brief |full |detailed |complete |good |quick |long |rough |clear |precise |verbal "
     "][description|description|summary|caption|report|sketch]|an "
     "[account|outline|overview|explanation|exact description]][| of <the-image>| for <the-image>| "
     "of it| of this| of what [you see|is there|is shown|you can see]]"},
    {kDescribe,
     "[i want|i need|i'd like|i would like|can i have|could i have|may i have|can i get|let me "
     "have|let me hear] [a|your] [|short |brief |full |detailed |complete |good |quick "
     "][description|description|summary|caption|report][| of <the-image>| for <the-image>| of it| "
     "of what you see]"},
    {kDescribe,
     "[|a |the |your ][|short |brief |full |detailed |complete ][description|summary|caption|alt "
     "text|report][| of <the-image>| for <the-image>| of this][|, please]"},
    {kDescribe,
     "[what is|what's] [going on|happening|taking place|going on and where|there, and "
     "where|where]<in>?"},
    {kDescribe,
     "[<do>[tell|talk|speak] [to me |]about|what [can|could|would] you [say|tell me|write|report] "
     "about|what do you [know|have to say] about|i want to [know|hear] [more |all |everything "
     "|]about] [it|<the-image>|<the-image>|what you see|what is in it]"},
    {kDescribe,
     "<do>tell [me|us] [more|all|everything|something|a bit|a little] [about [it|<the-image>|what "
     "you see|what is there]|you [know|see|can see|notice]<in>]"},
    {kDescribe,
     "[how|in what words|in which words] [would|could|can|do] [you|one|we] "
     "[describe|summarize|explain|put|sum up|caption] [it|this|<the-image>|what you see][| in "
     "words| to someone][| in one sentence]?"},
    {kDescribe, "[what|how] does [it|this|<the-image>] look[| like]?"},
    {kDescribe,
     "<do>[put|turn|translate|convert] [it|this|<the-image>|what you see] into [words|a "
     "sentence|text|language|writing]"},
    {kDescribe,
     "<do>[say|tell me|write|write down|state|express|put] in [words|a sentence|one sentence|your "
     "own words|a few words] what [you see|is there|is shown|<the-image> <shows>|can be seen]"},
    {kDescribe,
     "<do>[tell me|say|explain|describe|show me|list] [what [is|lies|stands] where|where "
     "everything is|what there is and where|each thing and where it is|which things are where|how "
     "the things are [placed|arranged]]<in>"},
    {kDescribe,
     "[where are all the <things>|what is in which place|how are the <things> "
     "[arranged|placed|laid out]|what do you see, and where is it|which <things> are where|what is "
     "the layout]<in>?"},
    {kDescribe,
     "[i [cannot|can't] see [it|<the-image>]|i am blind|my eyes are bad|my screen is broken|i have "
     "no screen|without seeing it], [what does it look like|<do>describe it|help me picture "
     "it|what is happening|<do>tell me about it|so describe it]"},
    {kDescribe,
     "<do>[write|suggest|make|find|think of|come up with|add] [a caption|a good caption|alt "
     "text|an alt text|a caption text|some text][| for [it|this|<the-image>]| to go with "
     "<the-image>]"},
    {kDescribe,
     "[what is|what's] [<the-image> [about|like]|the [story|scene|situation|gist] [here|of "
     "<the-image>|in <the-image>]|your [description|impression|summary] of [it|<the-image>]]?"},
    {kDescribe,
     "[more details|more detail|go into detail|be detailed|in detail|elaborate|in detail, what [do "
     "you see|is there]|what do you see in detail|explain what you see in detail][| please|, "
     "please]"},

    {kWhatIsShown, "what [is|is|can be|could be|was] [<shown>|<seen>]<in>?"},
    {kWhatIsShown, "what <you-see><in>?"},
    {kWhatIsShown,
     "what [does|would] <the-image> [<show>|<show>|have in it|consist of|have to show|give us to "
     "see]?"},
    {kWhatIsShown,
     "<tell> what [[is|can be] <shown>|you <see>|you can <see>|<the-image> <shows>|there is|is "
     "there|is on <the-image>|is in <the-image>|can be <seen>]<in>"},
    {kWhatIsShown,
     "[what|what all] [appears|is there to <see>|is there|stands|have we got|do we have|have you "
     "got|did they [draw|put|paint]]<in>?"},
    {kWhatIsShown,
     "[what is|what's] [<in-the-image>|<shown>|on here|on it|in view|inside <the-image>|the "
     "subject of <the-image>|the content of <the-image>|<the-image> a <image> of]?"},
    {kWhatIsShown,
     "[<the-image> <shows> what|<in-the-image> is what|it shows what|you see what|content of "
     "<the-image>|what about <the-image>]?"},

    {kWhatThing,
     "what [thing|object|item] [is it|is this|is that|do we have here|is <shown>|do you see|am i "
     "looking at]<in>?"},
    {kWhatThing,
     "[what [could|can|would|might|may|is] [this|it|that] be|what is this [called|supposed to "
     "be|meant to be]|what do [you|they|people] call [this|it|that]|what would [you|people] call "
     "[this|it|that]|what is its name|what is the name of [this|the] <thing>]?"},
    {kWhatThing,
     "<tell> what [this|it|that|this <thing>|the <thing>] [is|is called|could be|might be|shows]"},
    {kWhatThing,
     "<do>[name|identify|recognize|classify|label] [it|this|that|[the|this] <thing>|what is "
     "<shown>]"},

    {kWhatIs,
     "what [is|is|can be|could be] [<shown>|<seen>|found|located|placed|standing|situated|lying] "
     "{0}?"},
    {kWhatIs, "what <you-see> {0}?"},
    {kWhatIs,
     "[what|which] <thing> [is|lies|stands|<you-see>|appears|is <shown>|is located|is situated|can "
     "you <see>|is to be found] {0}?"},
    {kWhatIs,
     "<tell> [what|which <thing>] [is|you <see>|you can <see>|lies|stands|is located|there is|can "
     "be <seen>] {0}"},
    {kWhatIs, "<do><pick> [the <thing>|what is|what you see|whatever is|the one] {0}"},
    {kWhatIs,
     "{0}[,| -|:] [what [is there|is it|do you <see>|<you-see>|thing is that|can be <seen>]|<tell> "
     "what you see]?"},
    {kWhatIs, "what [is|would be] the <thing> [|that is |which is |located |<shown> ]{0}?"},
    {kWhatIs, "look {0}, what [is|do you <see>|can you <see>] there?"},

    {kListThings,
     "<do>[list|list|list|name|enumerate|mention|itemize|state|identify|write down|note down|call "
     "out|spell out|list out|count off|read out|specify|give me|jot down|point out] [all|all "
     "the|all of the|every one of the|the|the different|the various|the names of the|the names of "
     "all] <things>[|<in>| [that |which |]you <see>| [that |which |]you can <see>| that are "
     "<shown>| <shown><in>| which are there| <in-the-image>| that <the-image> <shows>]"},
    {kListThings,
     "<do>[list|list|name|enumerate|mention|itemize|state|identify|write down|note down|list "
     "out|point out|specify] [everything|every thing|every <thing>|every single <thing>|each "
     "thing|each object|each item|each and every <thing>|anything][|<in>| [that |]you <see>| [that "
     "|]you can <see>| that is <shown>| <shown>| there is<in>| <the-image> <shows>]"},
    {kListThings,
     "[what|which] [|kinds of |kind of |sorts of |different |various |other ]<things> "
     "[<you-see><in>|<you-see><in>|are [there|<shown>|<shown>]<in>|does <the-image> "
     "<show>|appear<in>|exist<in>|can be <seen><in>|make up <the-image>|is <the-image> made of|did "
     "they draw|have been drawn]?"},
    {kListThings,
     "<tell> [what|which] [|kinds of |different ]<things> [there are|are there|you <see>|you can "
     "<see>|<the-image> <shows>|are <shown>|can be <seen>]<in>"},
    {kListThings,
     "[<do>[give|make|write|show|provide|create|compile|draw up|produce] [|me |us ]|i want |i need "
     "|i'd like |i would like |can i have |could i get ][a|the] [|complete |full |short |simple "
     "|quick |whole ][list|list|listing|register] of [everything|everything|all <things>|the "
     "<things>|what is there|what you see|all that you see|all that is there|all you can see]<in>"},
    {kListThings,
     "[names|list|inventory|enumeration|catalog|names] of [the|all|all the] <things><in>[|, "
     "please]"},
    {kListThings,
     "what [are|would be] [|all ]the [|names of the |different |various ]<things>[<in>| "
     "<shown><in>| that you <see>| <in-the-image>]?"},
    {kListThings,
     "<do>take [stock|an inventory] of [<the-image>|what is there|all <things>|everything]"},

    {kListOf,
     "<do>[list|list|list|name|enumerate|mention|itemize|state|identify|write down|note down|list "
     "out|point out|specify|give me|tell me] [all|all the|all of the|every one of the|the|the "
     "different|the names of the|any] {0}[|<in>| [that |which |]you <see>| [that |which |]you can "
     "<see>| that are <shown>| <shown><in>| which are there| <in-the-image>]"},
    {kListOf,
     "[what|which] [|kinds of |kind of |sorts of |types of |different |various ]{0} "
     "[<you-see><in>|<you-see><in>|are [there|<shown>|<shown>]<in>|does <the-image> "
     "<show>|appear<in>|can be <seen><in>|did they draw|do we have<in>]?"},
    {kListOf,
     "<tell> [what|which] [|kinds of |different ]{0} [there are|are there|you <see>|you can "
     "<see>|<the-image> <shows>|are <shown>|can be <seen>]<in>"},
    {kListOf,
     "[<do>[give|make|write|show|provide|create|compile] [|me |us ]|i want |i need |i'd like |can "
     "i have ][a|the] [|complete |full |short |simple ][list|list|listing] of [|all |all the |the "
     "|any ]{0}<in>"},
    {kListOf, "[names|list|inventory|enumeration] of [|the |all |all the ]{0}<in>[|, please]"},
    {kListOf,
     "[|and |all |the |only the |just the |only ]{0}<in>[, please|: which ones|, which are there|: "
     "which|, what are they|?]"},
    {kListOf,
     "{0}: [which|what|which ones|what kinds] [are there|do you see|can you <see>|<you-see>]?"},
    {kListOf,
     "[are there|do you see|is there|can you see] any {0}<in>[?|,] [and |]which[| ones][| are "
     "they]?"},
    {kListOf, "of [the|all] {0}, which [are <shown>|<you-see>|are there]<in>?"},

    {kWhichOf,
     "[what|which] [|kind of |sort of |type of |exact ]{0} [<you-see><in>|appears<in>|can be "
     "<seen><in>|is <shown><in>|might this be|could this be|could it be|would you say this is|am i "
     "looking at|do we have here|does <the-image> <show>|is that|did they draw|is to be "
     "seen<in>]?"},
    {kWhichOf, "the {0}<in> is [what|which one|called what]?"},
    {kWhichOf,
     "<do>[identify|name|recognize|specify|classify|mention] the [|kind of |type of |shown "
     "|depicted |one ]{0}<in>"},
    {kWhichOf,
     "<tell> [what|which] [|kind of |type of |sort of ]{0} [this is|it is|that is|you <see>|is "
     "<shown>|can be <seen>|there is|<the-image> <shows>]"},
    {kWhichOf,
     "there is [one {0}|a single {0}|only one {0}]<in>[,|:] [which|what is it|which one|what "
     "kind]?"},

    {kExists, "<think>there is {0}<in>[?|, <right>?]"},
    {kExists, "<tell> <whether> [there is|you <see>|you can <see>|<the-image> <shows>] {0}<in>"},
    {kExists, "[[is|was] {0}|[could|can|would] {0} be] <shown><in>?"},
    {kExists, "[do|did|can|could|would] [you|we|i] <see> {0}<in>?"},
    {kExists, "[does|would] <the-image> [<show>|<show>|have] {0}[| in it| anywhere]?"},
    {kExists,
     "[is there|is there|can there be <seen>|have you <seen>|are you seeing|is that|would there "
     "be] {0}<in>[?|, <right>?]"},
    {kExists,
     "{0}[|<in>][,| -|:] [<right>|is there one|do you see one|can you see it|is it "
     "there|present]?"},
    {kExists,
     "<do>[look for|search for|check for|look whether there is] {0}<in>[,|:] is there [one|any]?"},

    {kAnyOf, "<think>there are [|any |some ]{0}<in>[?|, <right>?]"},
    {kAnyOf,
     "<tell> <whether> [there are|you <see>|you can <see>|<the-image> <shows>] [|any |some "
     "]{0}<in>"},
    {kAnyOf, "[are|were] [|any |some ]{0} <shown><in>?"},
    {kAnyOf, "[do|did|can|could|would] [you|we|i] <see> [|any |some ]{0}<in>?"},
    {kAnyOf, "[does|would] <the-image> <show> [|any |some ]{0}[| at all]?"},
    {kAnyOf, "[is there a|is there even one|is there one|is there at least one] [of the ]{0}<in>?"},
    {kAnyOf,
     "[|any ]{0}[|<in>][,| -|:] [<right>|are there any|do you see any|are they there|present]?"},
    {kAnyOf, "<do>[look for|search for|check for] {0}<in>[,|:] are there any?"},

    {kMissing, "<think>there is [no|not a single] {0}<in>[?|, <right>?]"},
    {kMissing, "<tell> <whether> [there is no {0}|the {0} is [missing|absent|not there]]<in>"},
    {kMissing, "[is|was] {0} [missing|absent|nowhere to be seen|not there|lacking]<in>?"},
    {kMissing, "[do you see|does <the-image> <show>|have we got] no {0}<in>?"},
    {kMissing, "is <the-image> without [a |any |]{0}?"},

    {kMissingAny, "<think>there are no {0}<in>[?|, <right>?]"},
    {kMissingAny, "<tell> <whether> [there are no {0}|{0} are [missing|absent]]<in>"},
    {kMissingAny, "are [|all |the ]{0} [missing|absent|nowhere to be seen|not there|lacking]<in>?"},
    {kMissingAny, "[do you see|does <the-image> <show>|have we got] [no|none of the] {0}<in>?"},
    {kMissingAny, "is <the-image> [without|free of] [any |]{0}?"},

    {kReads,
     "what [number|digits|figures|value|reading|numerals] [<you-see>|is <shown>|does [it|the "
     "display|the screen|the panel|the sign] [<show>|read|say|give]|can be read|do you read|is "
     "written<in>|is printed<in>|appears<in>]?"},
    {kReads,
     "<tell> [what [number|value]|which number|which digits|what] [[it|the display|the screen|the "
     "panel] [<shows>|says|reads]|is on the [display|screen|panel]|you can read|can be read]<in>"},
    {kReads,
     "<do>[read|read out|read aloud|tell me|say|write down|give me|transcribe|type out|copy] "
     "[the|the shown] [number|digits|display|screen|reading|value|numerals|panel|figures]<in>"},
    {kReads,
     "[the|what are the|and the|which] [number|digits|reading|value|figures] [on|of|in] the "
     "[display|screen|panel|sign|meter|counter]<in>?"},
    {kReads,
     "what [is|stands|is written|is displayed] on the [display|screen|panel|meter|counter]<in>?"},

    {kReadsThis,
     "<think>[it|the display|the screen|the panel] [<shows>|says|reads] {0}[?|, <right>?]"},
    {kReadsThis,
     "<tell> <whether> [[it|the display|the screen] [<shows>|says|reads]|the number is|you can "
     "read] {0}"},
    {kReadsThis,
     "[does|would] [it|the display|the screen|the panel|the sign] [<show>|read|say|display] [|the "
     "number |the digits ]{0}?"},
    {kReadsThis,
     "[is|are] [the [number|reading|value|digits] {0}|{0} the [number|reading|value|digits]|{0} "
     "what [you read|it says|is shown]][?|, <right>?]"},

    {kHowMany, "how many {0} [are|can be] [<shown>|<seen>]<in>?"},
    {kHowMany, "how many {0} <you-see><in>?"},
    {kHowMany, "how many {0} does <the-image> <show>[| in total| altogether]?"},
    {kHowMany,
     "<tell> [how many {0} [there are|are there|you <see>|you can <see>|<the-image> <shows>|are "
     "<shown>]|[the number|the count|the quantity|the amount] of {0}]<in>"},
    {kHowMany,
     "<do>[count|count|count up|add up|tally|number|find the number of|give me the number "
     "of|determine the number of|state the number of] [|all |the |all the ]{0}[|<in>| you <see>| "
     "you can <see>| that are <shown>]"},
    {kHowMany,
     "[what is|what's|what would be|give me|i need|i want] the "
     "[number|count|total|quantity|amount|total number|exact number] of {0}<in>?"},
    {kHowMany, "[|the |total |exact ][number|count|quantity|amount] of {0}<in>[, please|?]"},
    {kHowMany,
     "{0}<in>[,|:| -] [how many|how many are there|how many of them|count them|what number|how "
     "many do you see|how many in total]?"},
    {kHowMany,
     "[<in-the-image>|in all|in total|here|looking at it][,|] how many {0} [are there|do you "
     "see|can be <seen>|<you-see>|are <shown>]?"},
    {kHowMany, "<in-the-image> there are how many {0}?"},

    {kHowManyThings, "how many <things> [are|can be] [<shown>|<seen>]<in>?"},
    {kHowManyThings, "how many [|different |separate ]<things> <you-see><in>?"},
    {kHowManyThings,
     "<tell> [how many <things> [there are|you <see>|you can <see>|<the-image> <shows>|are "
     "<shown>]|[the number|the count|the total number] of <things>]<in>"},
    {kHowManyThings,
     "<do>[count|count|count up|add up|tally|find the number of] [|all |the |all the |all of the "
     "]<things>[|<in>| you <see>| that are <shown>]"},
    {kHowManyThings,
     "[what is|what's|give me|i need] the [number|count|total|total number|overall number] of "
     "[|all |the ]<things><in>?"},
    {kHowManyThings,
     "how [many are there|many do you see|many things] [in total|altogether|overall|in all|all "
     "together]?"},
};

}  // namespace

std::span<const FormWording> ComposedContentWordings() { return kComposedContentWordings; }

}  // namespace edgevlm::train
