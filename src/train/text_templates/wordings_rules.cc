// The rules (wordings.h) that the composed wordings share.
#include <algorithm>

#include "base/check.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

struct Rule {
  std::string_view name;
  std::string_view pattern;
};

constexpr Rule kRules[] = {
    {"image",
     "[picture|picture|image|image|photo|photograph|scene|pic|drawing|shot|snapshot|illustration|"
     "frame]"},
    {"the-image", "[the|the|this|this|that|my|your] <image>"},
    {"in",
     "[|||| in <the-image>| in <the-image>| on <the-image>| within <the-image>| inside "
     "<the-image>| here| there| in it| in view| in front of you| anywhere| right now]"},
    {"thing", "[thing|thing|object|object|item|element|figure]"},
    {"things", "[things|things|objects|objects|items|elements|figures|stuff]"},
    {"see",
     "[see|see|spot|make out|find|notice|recognize|detect|observe|identify|discover|perceive]"},
    {"seen",
     "[seen|seen|spotted|made "
     "out|found|noticed|recognized|detected|observed|discovered|perceived]"},
    // Before a noun: "what things do you see?"
    {"you-see",
     "[do you <see>|can you <see>|could you <see>|did you <see>|are you able to <see>|are you "
     "seeing|have you <seen>|can be <seen>|can we see|do we see|would you say you see]"},
    {"shown",
     "[shown|shown|visible|visible|present|depicted|displayed|pictured|to be "
     "seen|contained|included|portrayed|captured|presented|featured|drawn]"},
    {"shows",
     "[shows|shows|contains|has|includes|depicts|displays|holds|features|presents|portrays]"},
    {"show", "[show|show|contain|have|include|depict|display|hold|feature|present|portray]"},
    // Before an indirect question: "tell me how many dogs there are".
    {"tell",
     "[[|please |kindly |just |now |quickly ][tell me|say|let me know|find out|inform me|work "
     "out|figure out|determine|check|see]|[can|could|would|will] you [|please |kindly |maybe "
     "][tell me|say|let me know|find out|work out|figure out|check]|i [want to|would like to|would "
     "love to|need to|have to|must] [know|find out|learn|hear]|i'd like to [know|hear]|do you "
     "[|happen to ]know|are you able to [say|tell me|see]|any idea|any clue|i wonder|i am "
     "wondering|i'm curious|i am curious|i have no idea|help me find out|is it possible to "
     "[say|tell]|may i ask|can i ask|would you know|i was asking myself|my question is|the "
     "question is]"},
    // Before an imperative, with its blank: "could you please describe it".
    {"do",
     "[|||please |please |kindly |just |now |go ahead and |[can|could|would|will] you |[can|could] "
     "you please |would you please |i want you to |i would like you to |i'd like you to |i need "
     "you to |try to |do |let us |are you able to |would you be so kind as to |help me to |be so "
     "good as to ]"},
    {"pick",
     "[name|find|identify|point out|pick|choose|select|show me|give "
     "me|state|indicate|say|mention]"},
    // Before a statement that may be wrong: "do you think that there are dogs".
    {"think",
     "[[do|would|could] you [say|think|agree|confirm|guess] [that |]|[is it|would it be] "
     "[true|correct|right|the case|a fact|so|fair to say] that |am i right that |can [one|we|you] "
     "say that |i [think|believe|guess|suppose|would say|am sure|claim|assume] [that |]|someone "
     "says that |my friend says |it [seems|looks as if|appears that] ]"},
    {"whether", "[if|if|whether|whether|whether or not]"},
    {"right",
     "[right|correct|yes or no|true or not|is that so|is that right|is that true|am i right|don't "
     "you think|agreed|is this true|is this right]"},
    {"among", "[| of all| of them| of them all| among them| of these| of the <things>]"},
    {"comma", "[,|,|,|:| -|, is it|?]"},
    {"in-the-image", "[in|in|on|within|inside] <the-image>"},
    {"of-image", "[| of <the-image>| of the [frame|screen]]"},
    {"largest", "[largest|biggest|largest|biggest|greatest|hugest|bulkiest|most large]"},
    {"smallest", "[smallest|smallest|tiniest|littlest|least large|most tiny]"},
    {"larger",
     "[larger|bigger|larger|bigger|the [larger|bigger|greater] one|greater|greater in size|the "
     "[larger|bigger] of the two|larger in size]"},
    {"smaller",
     "[smaller|smaller|smaller|tinier|littler|the [smaller|tinier] one|smaller in size|the smaller "
     "of the two|less large|less big]"},
    {"which",
     "[which|which|what|which one|which of them|which of the two|which of these|which of "
     "both|which thing|which object|which <thing>|who]"},
    {"lefter",
     "[further left|further to the left|more to the left|to the left|on the left|left|left of the "
     "other|on the left side|the left one|leftmost|closer to the left edge]"},
    {"righter",
     "[further right|further to the right|more to the right|to the right|on the right|right|right "
     "of the other|on the right side|the right one|rightmost|closer to the right edge]"},
    {"higher",
     "[higher|higher up|further up|above the other|on top|at the top|the higher one|the upper "
     "one|over the other|closer to the top|nearer to the top edge|uppermost]"},
    {"lower",
     "[lower|lower down|further down|below the other|at the bottom|the lower one|under the "
     "other|beneath the other|closer to the bottom|nearer to the bottom edge|lowermost]"},
    {"count-them",
     "[do you [see|count|find|notice]|can you [see|count|find]|did you [see|count|find]|have you "
     "[seen|counted|found]|can we see|do we have]"},
};

}  // namespace

std::string_view RuleNamed(std::string_view name) {
  const auto* found = std::ranges::find(kRules, name, &Rule::name);
  CHECK(found != std::end(kRules));
  return found->pattern;
}

}  // namespace edgevlm::train
