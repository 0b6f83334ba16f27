// The trained wordings (wordings.h) of questions about instruments.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kInstrumentWordings[] = {
    {kTime, "what time is it[|<in>| now| on the clock| there]?"},
    {kTime,
     "what time [does|would] [the clock|the dial|it|this clock|that clock] [show|say|tell|give|"
     "indicate|read][| now]?"},
    {kTime, "what time <you-see>[| on the clock]?"},
    {kTime, "what is the time[| on the clock|<in>]?"},
    {kTime,
     "<tell> what [time it is|time the clock <shows>|the clock [says|shows|reads]|the time "
     "is]<in>"},
    {kTime, "<do>[read|read out|tell me|give me|say] the [time|clock]<in>"},
    {kTime, "[which|what] [hour|time of day] [is it|does the clock show|is shown]?"},
    {kTime, "what does the clock [say|show|read|tell|tell us]?"},
    {kTime, "[can|could] you [read the clock|tell the time|tell me the time]?"},
    {kTime, "[time|the time|time on the clock|and the time|clock]?"},
    {kTime, "how late is it[| there| by the clock]?"},
    {kTime, "where are the hands [of the clock|pointing]?"},

    {kTimeIs, "is it {0}[| now| on the clock| by the clock]?"},
    {kTimeIs, "does the clock [show|say|read] {0}?"},
    {kTimeIs, "<think>[it is|the clock shows|the clock says] {0}[?|, <right>?]"},
    {kTimeIs, "<tell> <whether> [it is|the clock shows|the clock says] {0}"},
    {kTimeIs, "is the time {0}?"},
    {kTimeIs, "is {0} the time[| shown| on the clock]?"},

    {kGaugeReads,
     "what [does|would] the [gauge|dial|meter|needle] [read|say|show|indicate|give|point at|point "
     "to]?"},
    {kGaugeReads,
     "[what|which] [value|number|reading|level] [does the [gauge|dial|meter|needle] "
     "[show|read|give|point to|indicate]|is on the [gauge|dial|meter]|<you-see> on the "
     "[gauge|dial|meter]]?"},
    {kGaugeReads,
     "<tell> what the [gauge|dial|meter|needle] [says|shows|reads|points at|points to|indicates]"},
    {kGaugeReads, "<do>[read|read out|read off] the [gauge|dial|meter|needle]<in>"},
    {kGaugeReads, "[where|at what|to what] does the needle point[| to]?"},
    {kGaugeReads,
     "what is the [reading|value|level|number] [of|on] the [gauge|dial|meter|needle]?"},
    {kGaugeReads, "[reading of the gauge|gauge reading|the gauge|the dial|value on the dial]?"},
    {kGaugeReads, "how [high|far] is the [needle|gauge|meter]?"},
    {kGaugeReads, "[the needle|the gauge] is at [what|which] [value|number]?"},

    {kGaugeReadsThis,
     "[does|would] the [gauge|dial|meter|needle] [read|say|show|point to|point at] {0}?"},
    {kGaugeReadsThis, "is the [gauge|dial|meter|needle] at {0}?"},
    {kGaugeReadsThis,
     "<think>the [gauge|dial|meter|needle] [reads|says|shows|is at|points to] {0}[?|, <right>?]"},
    {kGaugeReadsThis, "<tell> <whether> the [gauge|dial|meter|needle] [reads|shows|is at] {0}"},
    {kGaugeReadsThis, "is the [reading|value] {0}?"},

    {kHowManyBars,
     "how many [bars|columns] [are there|are in the chart|does the chart have|does the chart "
     "<show>|does it have|<you-see>|are <shown>][|<in>]?"},
    {kHowManyBars, "<do>count the [bars|columns][| of the chart|<in>]"},
    {kHowManyBars, "[number of|how many] [bars|columns]?"},
    {kHowManyBars,
     "<tell> how many [bars|columns] [there are|you see|the chart has|the chart <shows>]"},
    {kHowManyBars, "what is the number of [bars|columns][| in the chart| of the chart]?"},

    {kHighestBar,
     "which [bar|column] is the [highest|tallest|longest|largest|biggest][| one| of all]?"},
    {kHighestBar, "which is the [highest|tallest|longest|largest|biggest] [bar|column]?"},
    {kHighestBar,
     "<tell> which [bar|column] is [the highest|the tallest|the longest|the largest|highest]"},
    {kHighestBar, "which [bar|column] has the [highest|largest|greatest] value?"},
    {kHighestBar, "where is the [highest|tallest|largest] [bar|column|value]?"},
    {kHighestBar, "<pick> the [highest|tallest|longest|largest] [bar|column]"},
    {kHighestBar, "[highest|tallest|largest] [bar|column]?"},

    {kLowestBar, "which [bar|column] is the [lowest|shortest|smallest][| one| of all]?"},
    {kLowestBar, "which is the [lowest|shortest|smallest] [bar|column]?"},
    {kLowestBar, "<tell> which [bar|column] is [the lowest|the shortest|the smallest|lowest]"},
    {kLowestBar, "which [bar|column] has the [lowest|smallest|least] value?"},
    {kLowestBar, "where is the [lowest|shortest|smallest] [bar|column|value]?"},
    {kLowestBar, "<pick> the [lowest|shortest|smallest] [bar|column]"},
    {kLowestBar, "[lowest|shortest|smallest] [bar|column]?"},

    {kWhichLamp,
     "[what|which] color [is the [traffic light|light|signal]|does the [traffic "
     "light|light|signal] "
     "[show|have]|is lit|is on]?"},
    {kWhichLamp, "[what|which] colour is the [traffic light|light|signal]?"},
    {kWhichLamp, "what does the [traffic light|light|signal] [show|say]?"},
    {kWhichLamp, "which [light|lamp|color] is [on|lit|shining]?"},
    {kWhichLamp, "<tell> [what|which] color the [traffic light|light|signal] [is|shows|has]"},
    {kWhichLamp, "is the [traffic light|light|signal] red, yellow or green?"},
    {kWhichLamp, "[color of the [traffic light|light]|the traffic light]?"},
    {kWhichLamp, "in which color is the [traffic light|light|signal]?"},
};

}  // namespace

std::span<const FormWording> InstrumentWordings() { return kInstrumentWordings; }

}  // namespace edgevlm::train
