// The composed wordings (wordings.h) of locations, colors, sizes, checks, comparisons and
// follow-ups.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kComposedOtherWordings[] = {
    {kLargest,
     "[what|which|which one|which of them|which of these|which of the <things>|which <thing>|what "
     "<thing>] [is|is|looks|appears|seems|is drawn|is <shown>] [the |the |]<largest>[| one| "
     "thing|<among>]<in>?"},
    {kLargest,
     "[what|which|which <thing>|which one] [has the [largest|biggest|greatest] size|takes up [the "
     "most|most of the] [space|room|area]|covers the [most space|largest area|largest part]|fills "
     "most of <the-image>|is [larger|bigger] than [all others|all the others|the rest|everything "
     "else|any other|all other <things>]|is of the [largest|biggest] size]<in>?"},
    {kLargest,
     "<tell> [[what|which <thing>|which|which one] [is the <largest>[| one]<among>|is "
     "[larger|bigger] than the rest]|the <largest> <thing>|what the <largest> <thing> is]<in>"},
    {kLargest, "<do><pick> [the|the|the very] <largest> [one|thing|<thing>]<among><in>"},
    {kLargest,
     "[|the |and the ]<largest> [thing|<thing>|one]<in>[ is what?| is which?| is which one?|, "
     "which is it?|?|, please|: what is it?]"},
    {kLargest,
     "[of|among|out of|from] [all|all of them|all the <things>|the <things>|everything]<in>[,|] "
     "[which|what|which one] is [the |]<largest>?"},
    {kLargest,
     "[what is|what's|which is|what would be] the <largest> [thing|<thing>|one|of the "
     "<things>][|<in>| you <see>| you can <see>| that is <shown>]?"},

    {kSmallest,
     "[what|which|which one|which of them|which of these|which of the <things>|which <thing>|what "
     "<thing>] [is|is|looks|appears|seems|is drawn|is <shown>] [the |the |]<smallest>[| one| "
     "thing|<among>]<in>?"},
    {kSmallest,
     "[what|which|which <thing>|which one] [has the [smallest|least] size|takes up [the least|the "
     "smallest amount of] [space|room|area]|covers the [least space|smallest area|smallest "
     "part]|is [smaller|tinier] than [all others|all the others|the rest|everything else|any "
     "other|all other <things>]|is of the smallest size]<in>?"},
    {kSmallest,
     "<tell> [[what|which <thing>|which|which one] [is the <smallest>[| one]<among>|is smaller "
     "than the rest]|the <smallest> <thing>|what the <smallest> <thing> is]<in>"},
    {kSmallest, "<do><pick> [the|the|the very] <smallest> [one|thing|<thing>]<among><in>"},
    {kSmallest,
     "[|the |and the ]<smallest> [thing|<thing>|one]<in>[ is what?| is which?| is which one?|, "
     "which is it?|?|, please|: what is it?]"},
    {kSmallest,
     "[of|among|out of|from] [all|all of them|all the <things>|the <things>|everything]<in>[,|] "
     "[which|what|which one] is [the |]<smallest>?"},
    {kSmallest,
     "[what is|what's|which is|what would be] the <smallest> [thing|<thing>|one|of the "
     "<things>][|<in>| you <see>| you can <see>| that is <shown>]?"},

    {kWhichLarger, "<which> [is|looks|appears|seems|is drawn] <larger><comma> {0} or {1}?"},
    {kWhichLarger,
     "[<which>|what] [has the [larger|greater|bigger] size|takes up more [space|room|area]|covers "
     "more [space|area|of <the-image>]|is of [larger|greater] size]<comma> {0} or {1}?"},
    {kWhichLarger,
     "[is it|would it be|is] {0} or [is it |]{1} [that is |which is |that looks ]<larger>?"},
    {kWhichLarger,
     "[does {0} or {1} take up more [space|room]|do you think {0} or {1} is <larger>|would you say "
     "{0} or {1} is <larger>]?"},
    {kWhichLarger,
     "[between|of|comparing|out of|among|considering|looking at|if you compare|given] {0} and "
     "{1}[,|] <which> is <larger>?"},
    {kWhichLarger, "<tell> <which> is <larger><comma> {0} or {1}"},
    {kWhichLarger, "<do>[compare|look at] {0} and {1}[:|,| and say] <which> is <larger>"},
    {kWhichLarger, "{0} or {1}[,|:| -|?] [<which> is <larger>|<larger>]?"},
    {kWhichLarger, "{0} and {1}[,|:| -] <which> is <larger>?"},
    {kWhichLarger, "<which> of {0} and {1} is <larger>?"},
    {kWhichLarger,
     "[the [larger|bigger|greater] [one|of the two|of both]|what's <larger>|who is <larger>][,|:] "
     "{0} or {1}?"},
    {kWhichLarger,
     "<do><pick> [the [larger|bigger] one|whichever is [larger|bigger]|what is "
     "[larger|bigger]][,|:] {0} or {1}"},

    {kWhichSmaller, "<which> [is|looks|appears|seems|is drawn] <smaller><comma> {0} or {1}?"},
    {kWhichSmaller,
     "[<which>|what] [has the [smaller|lesser] size|takes up less [space|room|area]|covers less "
     "[space|area|of <the-image>]|is of smaller size]<comma> {0} or {1}?"},
    {kWhichSmaller,
     "[is it|would it be|is] {0} or [is it |]{1} [that is |which is |that looks ]<smaller>?"},
    {kWhichSmaller,
     "[does {0} or {1} take up less [space|room]|do you think {0} or {1} is <smaller>|would you "
     "say {0} or {1} is <smaller>]?"},
    {kWhichSmaller,
     "[between|of|comparing|out of|among|considering|looking at|if you compare|given] {0} and "
     "{1}[,|] <which> is <smaller>?"},
    {kWhichSmaller, "<tell> <which> is <smaller><comma> {0} or {1}"},
    {kWhichSmaller, "<do>[compare|look at] {0} and {1}[:|,| and say] <which> is <smaller>"},
    {kWhichSmaller, "{0} or {1}[,|:| -|?] [<which> is <smaller>|<smaller>]?"},
    {kWhichSmaller, "{0} and {1}[,|:| -] <which> is <smaller>?"},
    {kWhichSmaller, "<which> of {0} and {1} is <smaller>?"},
    {kWhichSmaller,
     "[the [smaller|tinier|littler] [one|of the two|of both]|what's <smaller>|who is "
     "<smaller>][,|:] {0} or {1}?"},
    {kWhichSmaller,
     "<do><pick> [the smaller one|whichever is smaller|what is smaller][,|:] {0} or {1}"},

    {kMoreThan,
     "[are there|<count-them>|does <the-image> <show>|can there be <seen>] more {0} than [|there "
     "are ]{1}<in>?"},
    {kMoreThan, "[are there|<count-them>] fewer {1} than {0}<in>?"},
    {kMoreThan,
     "[is the [number|count|amount|quantity] of {0}|would you say the number of {0} is] "
     "[larger|greater|higher|bigger|more] than [that of|the number of|the amount of|of] {1}<in>?"},
    {kMoreThan,
     "[do {0} outnumber|are there a [larger|greater|higher] number of {0} than|are {0} more "
     "[numerous|frequent|common|plentiful] than|do you see {0} more often than|are {0} in the "
     "majority over] {1}<in>?"},
    {kMoreThan,
     "<tell> <whether> [there are more {0} than {1}|{0} outnumber {1}|the number of {0} is "
     "[larger|higher|greater] than that of {1}]<in>"},
    {kMoreThan, "<think>there are more {0} than {1}<in>[?|, <right>?]"},
    {kMoreThan, "[there are |]more {0} than {1}<in>[?|, <right>?]"},
    {kMoreThan, "[compared to|in comparison with|comparing with] {1}, are there more {0}?"},

    {kFewerThan,
     "[are there|<count-them>|does <the-image> <show>|can there be <seen>] [fewer|fewer|less] {0} "
     "than [|there are ]{1}<in>?"},
    {kFewerThan, "[are there|<count-them>] more {1} than {0}<in>?"},
    {kFewerThan,
     "[is the [number|count|amount|quantity] of {0}|would you say the number of {0} is] "
     "[smaller|lower|less] than [that of|the number of|the amount of|of] {1}<in>?"},
    {kFewerThan,
     "[are {0} outnumbered by|are there a [smaller|lower] number of {0} than|are {0} less "
     "[numerous|frequent|common|plentiful] than|do you see {0} less often than|are {0} in the "
     "minority compared to] {1}<in>?"},
    {kFewerThan, "<tell> <whether> there are [fewer|less] {0} than {1}<in>"},
    {kFewerThan, "<think>there are [fewer|less] {0} than {1}<in>[?|, <right>?]"},
    {kFewerThan, "[there are |][fewer|less] {0} than {1}<in>[?|, <right>?]"},

    {kWhichMore,
     "[which|what|which kind|which of them|which of the two|which group] [is|are] [more "
     "[numerous|frequent|common|plentiful]|in the majority|there more of|<shown> more "
     "often]<in><comma> {0} or {1}?"},
    {kWhichMore,
     "[which|what] [do you see more of|can you <see> more of|do you count more of|appear more "
     "often|occur more often|are <shown> more often|has the [larger|greater|higher] number|have "
     "the higher count|outnumber the other|is there more of|are more]<in><comma> {0} or {1}?"},
    {kWhichMore,
     "[of which|of what] [are there more|do you <see> more|can be <seen> more]<in><comma> {0} or "
     "{1}?"},
    {kWhichMore,
     "are {0} or {1} [more numerous|more frequent|more common|in the majority|greater in "
     "number]<in>?"},
    {kWhichMore,
     "<tell> [which|what|of which] [there are|you see|there is] more[| of]<comma> {0} or {1}"},
    {kWhichMore,
     "is [the number|the count|the amount] of {0} or [of |that of |]{1} "
     "[larger|higher|greater|bigger]?"},
    {kWhichMore,
     "{0} or {1}[,|:| -|?] [which|what|of which] [are there more[| of]|do you see more[| of]|is "
     "more[| numerous]]<in>?"},
    {kWhichMore,
     "[between|of|comparing|out of|among|considering] {0} and {1}[,|] [which|what] [are there more "
     "of|is more numerous|are more[| common]|has the higher number]<in>?"},
    {kWhichMore, "[<count-them>|are there] [more {0}|{0} more often] or [|more ]{1}<in>?"},

    {kAsMany,
     "[is|are] the [number|numbers|counts|amounts|quantities] of {0} and [|of ]{1} [equal|the "
     "same|identical|alike]<in>?"},
    {kAsMany, "do {0} and {1} have the same [number|count]?"},
    {kAsMany,
     "[are {0} and {1} [equal in number|of equal number|equally many|equally common|the same in "
     "number]|are {0} as [numerous|frequent|many] as {1}|does the number of {0} [equal|match] "
     "[that|the number] of {1}]<in>?"},
    {kAsMany,
     "[is there an equal number of|are there the same number of|are there equal numbers of|is "
     "there the same amount of|<count-them> the same number of|do you see equally many] {0} and "
     "{1}<in>?"},
    {kAsMany, "[are there|<count-them>] [just |exactly |]as many {0} as [|there are ]{1}<in>?"},
    {kAsMany,
     "<tell> <whether> [there are as many {0} as {1}|{0} and {1} are equally many|the numbers of "
     "{0} and {1} are equal]<in>"},
    {kAsMany, "<think>there are [just |exactly |]as many {0} as {1}<in>[?|, <right>?]"},
    {kAsMany, "as many {0} as {1}<in>[?|, <right>?]"},

    {kWhere, "where [can|could|may|might|do|would|did] [you|one|we|i] <see> {0}<in>?"},
    {kWhere,
     "where [[is|is|was] {0}[| <seen>| <shown>| located| situated| placed| positioned| standing| "
     "sitting| lying| to be found]|can {0} be <seen>|would {0} be]<in>?"},
    {kWhere,
     "[in|on|at|towards|near] [which|what] "
     "[part|side|area|region|corner|place|position|spot|section|portion|quarter|end|third][|<of-"
     "image>] [is|lies|stands|can you <see>|do you <see>|would i find] {0}?"},
    {kWhere,
     "<tell> [where {0} [is|lies|stands|can be <seen>|is located|is placed|could be]|where [you "
     "<see>|to look for|to find|i can find] {0}|[the [position|location|place|whereabouts]] of "
     "{0}]<in>"},
    {kWhere,
     "[what is|what's|what would be|give me|state] the "
     "[position|location|place|whereabouts|spot|exact location|rough position] of {0}<in>?"},
    {kWhere, "[position|location|place|whereabouts] of {0}<in>[, please|?]"},
    {kWhere,
     "<do>[locate|find|point to|point at|point out|look for|track down|show me|spot] {0}<in>[|, "
     "where is it?]"},
    {kWhere, "{0}[|<in>][,|:| -] where [is it|is that|do you see it|can it be <seen>|exactly|]?"},

    {kIsAt, "<think>{0} is {1}[?|, <right>?]"},
    {kIsAt, "<tell> <whether> {0} [is|lies|stands|is <shown>|is located|can be <seen>] {1}"},
    {kIsAt,
     "[is|is|was] {0} [|<seen> |<shown> |located |placed |positioned |standing |to be found ]{1}?"},
    {kIsAt, "[do you|can you|did you|could you] <see> {0} {1}?"},
    {kIsAt, "{0} {1}[?|, <right>?]"},
    {kIsAt, "is it {1} [that|where] {0} is?"},

    {kIsLeft, "<think>{0} is [|further |located |more ]to the left of {1}[?|, <right>?]"},
    {kIsLeft,
     "<tell> <whether> {0} [is|lies|stands|is <shown>] [to the |on the |]left [of|side of] {1}"},
    {kIsLeft,
     "[is|is|was] {0} [|<seen> |<shown> |located |placed |positioned ][to the |on the |]left "
     "[of|side of] {1}?"},
    {kIsLeft,
     "[does {0} come before {1} from left to right|is {0} left from {1}|is {0} leftward of {1}|do "
     "you <see> {0} to the left of {1}|is {1} [further |more |]right [than|of] {0}|if you look "
     "left of {1}, do you find {0}]?"},

    {kIsRight, "<think>{0} is [|further |located |more ]to the right of {1}[?|, <right>?]"},
    {kIsRight,
     "<tell> <whether> {0} [is|lies|stands|is <shown>] [to the |on the |]right [of|side of] {1}"},
    {kIsRight,
     "[is|is|was] {0} [|<seen> |<shown> |located |placed |positioned ][to the |on the |]right "
     "[of|side of] {1}?"},
    {kIsRight,
     "[does {0} come after {1} from left to right|is {0} right from {1}|is {0} rightward of {1}|do "
     "you <see> {0} to the right of {1}|is {1} [further |more |]left [than|of] {0}|if you look "
     "right of {1}, do you find {0}]?"},

    {kIsAbove,
     "<think>{0} is [|somewhere |located ][above|over|higher than|on top of] {1}[?|, <right>?]"},
    {kIsAbove,
     "<tell> <whether> {0} [is|lies|stands|is <shown>] [above|over|higher than|on top of] {1}"},
    {kIsAbove,
     "[is|is|was] {0} [|<seen> |<shown> |located |placed |positioned ][above|over|higher than] "
     "{1}?"},
    {kIsAbove,
     "[is {0} nearer to the top than {1}|do you <see> {0} above {1}|is {1} [lower|further "
     "down|lower down] than {0}|is {1} [beneath|underneath|under] {0}|if you look up from {1}, do "
     "you find {0}]?"},

    {kIsBelow,
     "<think>{0} is [|somewhere |located ][below|under|beneath|underneath|lower than] {1}[?|, "
     "<right>?]"},
    {kIsBelow,
     "<tell> <whether> {0} [is|lies|stands|is <shown>] [below|under|beneath|underneath|lower than] "
     "{1}"},
    {kIsBelow,
     "[is|is|was] {0} [|<seen> |<shown> |located |placed |positioned "
     "][below|under|beneath|underneath|lower than] {1}?"},
    {kIsBelow,
     "[is {0} nearer to the bottom than {1}|do you <see> {0} below {1}|is {1} [higher|further "
     "up|higher up] than {0}|is {1} on top of {0}|if you look down from {1}, do you find {0}]?"},

    {kWhichLeft, "<which> [is|lies|stands|appears|comes] <lefter><comma> {0} or {1}?"},
    {kWhichLeft,
     "[between|of|comparing|out of|considering|looking at] {0} and {1}[,|] <which> is <lefter>?"},
    {kWhichLeft, "<tell> <which> is <lefter><comma> {0} or {1}"},
    {kWhichLeft,
     "[{0} or {1}[,|:| -|?] <which> is <lefter>|is it {0} or {1} that is <lefter>|which of {0} and "
     "{1} is <lefter>|which comes first from the left, {0} or {1}]?"},

    {kWhichRight, "<which> [is|lies|stands|appears|comes] <righter><comma> {0} or {1}?"},
    {kWhichRight,
     "[between|of|comparing|out of|considering|looking at] {0} and {1}[,|] <which> is <righter>?"},
    {kWhichRight, "<tell> <which> is <righter><comma> {0} or {1}"},
    {kWhichRight,
     "[{0} or {1}[,|:| -|?] <which> is <righter>|is it {0} or {1} that is <righter>|which of {0} "
     "and {1} is <righter>|which comes first from the right, {0} or {1}]?"},

    {kWhichAbove, "<which> [is|lies|stands|appears|sits] <higher><comma> {0} or {1}?"},
    {kWhichAbove,
     "[between|of|comparing|out of|considering|looking at] {0} and {1}[,|] <which> is <higher>?"},
    {kWhichAbove, "<tell> <which> is <higher><comma> {0} or {1}"},
    {kWhichAbove,
     "[{0} or {1}[,|:| -|?] <which> is <higher>|is it {0} or {1} that is <higher>|which of {0} and "
     "{1} is <higher>|which comes first from the top, {0} or {1}]?"},

    {kWhichBelow, "<which> [is|lies|stands|appears|sits] <lower><comma> {0} or {1}?"},
    {kWhichBelow,
     "[between|of|comparing|out of|considering|looking at] {0} and {1}[,|] <which> is <lower>?"},
    {kWhichBelow, "<tell> <which> is <lower><comma> {0} or {1}"},
    {kWhichBelow,
     "[{0} or {1}[,|:| -|?] <which> is <lower>|is it {0} or {1} that is <lower>|which of {0} and "
     "{1} is <lower>|which comes first from the bottom, {0} or {1}]?"},

    {kColorOfOne,
     "[what|which] [color|color|shade|hue|tint] [[is|has|was|would be] the {0}|does the {0} "
     "have]<in>?"},
    {kColorOfOne,
     "<tell> [[what|which] color the {0} [is|has|was]|what the color of the {0} is|how the {0} is "
     "colored|the color of the {0}|the {0}'s color]<in>"},
    {kColorOfOne,
     "[what is|what's|what would be|state|give me|name|i need] the [color|color|shade|hue] of the "
     "{0}<in>?"},
    {kColorOfOne,
     "<do>[name|state|identify|give me|mention|say|describe] the [color|hue|shade] of the {0}<in>"},
    {kColorOfOne, "[the |]{0}[,|:| -] [what|which] [color|hue][| is it| does it have]?"},
    {kColorOfOne,
     "[in|of] [which|what] [color|hue|shade] is the {0}[| <shown>| painted| drawn| colored]<in>?"},
    {kColorOfOne, "how is the {0} [painted|colored|drawn]<in>[|, in which color]?"},

    {kColorOfSeveral,
     "[what|which] [color|color|shade|hue] [[are|have|were] the {0}|do the {0} have]<in>?"},
    {kColorOfSeveral,
     "<tell> [[what|which] color the {0} [are|have|were]|what the color of the {0} is|the color of "
     "the {0}]<in>"},
    {kColorOfSeveral,
     "[what is|what's|state|give me|name|i need] the [color|shade|hue] of the {0}<in>?"},
    {kColorOfSeveral, "[the |]{0}[,|:| -] [what|which] color[| are they| do they have]?"},
    {kColorOfSeveral,
     "[in|of] [which|what] color are the {0}[| <shown>| painted| drawn| colored]<in>?"},

    {kIsColor, "<think>{0} is {1}[?|, <right>?]"},
    {kIsColor, "<tell> <whether> {0} is {1}[| in color]"},
    {kIsColor,
     "[is|was] {0} [colored|painted|drawn in|of the color|of color|really|actually] {1}?"},
    {kIsColor,
     "[does {0} have the color {1}|is {1} the color of {0}|has {0} got a {1} color|{0} is {1}, "
     "<right>]?"},

    {kAreColor, "<think>{0} are {1}[?|, <right>?]"},
    {kAreColor, "<tell> <whether> {0} are {1}[| in color]"},
    {kAreColor, "are {0} [colored|painted|drawn in|of the color|really|actually|all] {1}?"},
    {kAreColor, "[do {0} have the color {1}|is {1} the color of {0}|{0} are {1}, <right>]?"},

    {kAreThere, "<think>there are [|exactly |just ]{0}<in>[?|, <right>?]"},
    {kAreThere, "<tell> <whether> [there are|you <see>|you can <see>] [|exactly |just ]{0}<in>"},
    {kAreThere, "[do|did|can|could] [you|we|i] [<see>|count] [|exactly ]{0}<in>?"},
    {kAreThere, "[are|is it] [|exactly ]{0} [|that are ]<shown><in>?"},
    {kAreThere, "[there are |]{0}<in>, <right>?"},

    {kSeveral,
     "[is there|do you see|can you <see>|does <the-image> <show>|can we find] more than [one|a "
     "single] {0}<in>?"},
    {kSeveral, "<tell> <whether> there is more than one {0}<in>"},
    {kSeveral, "<think>there is more than one {0}<in>[?|, <right>?]"},
    {kSeveral,
     "[more than one {0}|is the {0} one of several|is there another {0}|are there two or more of "
     "the {0}|is there a second {0}]<in>?"},

    {kThenBeyond,
     "[|and |so |ok, |then ][what|what thing|which thing] [is|lies|stands|<you-see>|can be "
     "<seen>|appears|is <shown>] {0}?"},
    {kThenBeyond,
     "[<tell> what [is|you <see>]|and what about|how about|what of|and the one|and the "
     "thing|now|next] {0}?"},

    {kThenWhere,
     "[|and |so |ok, |then ]where [is|was] [it|that|that one][| located| exactly| to be "
     "found|<in>]?"},
    {kThenWhere,
     "[<tell> where [it|that] is|and its [position|location|place]|what is its "
     "[position|location]|in [which|what] [part|side|corner|area] is it|whereabouts]<in>?"},

    {kThenColor,
     "[|and |so |ok, |then ][what|which|of what|in which] [color|hue|shade] [is|has] [it|that "
     "one|that]?"},
    {kThenColor,
     "[<tell> [its color|what color it [is|has]]|and its color|and the color|what's the color of "
     "it|name its color|color]?"},

    {kThenHowMany,
     "[|and |so |ok, |then |now ][how many|what is the number of|count the|how about|what about] "
     "{0}[| are there| do you see| can you <see>|<in>]?"},
    {kThenHowMany,
     "[and the number of|now the|next:|likewise for|also for|and for|and how many of the] {0}?"},

    {kThenOf,
     "[and|and what about|what about|how about|what of|now|next:|and for|same question "
     "for|likewise] {0}[|, please| then]?"},
};

}  // namespace

std::span<const FormWording> ComposedOtherWordings() { return kComposedOtherWordings; }

}  // namespace edgevlm::train
