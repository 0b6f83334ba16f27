// Instruments: things that show something by hands, bars or lamps: clocks, gauges, bar charts and
// traffic lights.
#pragma once

#include <array>
#include <random>
#include <string>

#include "train/scenes/figure.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

enum class Instrument { kClock, kGauge, kBarChart, kTrafficLight };

// As Thing::name. A traffic light has the name of its emoji.
int NameOf(Instrument instrument);

// REQUIRES: NameOf() gives this name for one of them.
Instrument InstrumentNamed(int name);

// Whether it is drawn as one, with a lit lamp; those of emoji sets are not.
inline bool IsTrafficLight(const Thing& thing) {
  return thing.kind == ThingKind::kInstrument &&
         InstrumentNamed(thing.name) == Instrument::kTrafficLight;
}

// What an instrument can show, as Thing::reading:
// - clock: a time in quarters of an hour, "3:15", from "1:00" to "12:45";
// - gauge: tens from "0" to "100";
// - bar chart: the heights of two to five bars from 1 to 9, "3915"; one bar is clearly the highest
//   and one clearly the lowest;
// - traffic light: nothing, its Thing::color says which lamp is lit.
std::string AnyReading(Instrument instrument, std::mt19937_64& rng);

// Red, yellow or green.
Color AnyLamp(std::mt19937_64& rng);

// The number of minutes after twelve. REQUIRES: a clock's reading.
int MinutesOf(const std::string& time);

// The two points that it is read from, with lengths in halves of its width, y down:
// - clock: the directions of its short and its long hand;
// - gauge: twice the direction of its needle on a scale of three quarters of a turn;
// - bar chart: the tops of its highest and its lowest bar.
// REQUIRES: an instrument with a reading.
std::array<Point, 2> PointersOf(const Thing& instrument);

// How it is drawn; what it shows is given by reading and color. height_ratio: its box's height /
// width. fonts: of numbers on dials; none are drawn if there are none. shade: of the bars.
Figure AnyFigure(const Thing& thing, float height_ratio, Rgb shade,
                 const std::vector<DigitGlyphs>& fonts, std::mt19937_64& rng);

}  // namespace edgevlm::train
