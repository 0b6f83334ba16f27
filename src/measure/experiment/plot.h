// Plots of estimates with their intervals, as SVG whose colors the page's style sheet sets.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/experiment/values.h"

namespace edgevlm {

struct PlotSeries {
  std::string name;                             // empty: the only one
  std::vector<std::optional<Estimate>> values;  // one for each x; none: not measured
};

struct Plot {
  std::string metric;  // its name ends with its unit
  std::string variable;
  std::vector<std::string> x;  // values of the variable
  std::vector<PlotSeries> series;
};

// Lines over the variable if all its values are numbers (on a logarithmic axis if they reach over
// more than an eightfold), else a bar for each.
std::string PlotSvg(const Plot& plot);

// Text for HTML and XML.
std::string Escaped(std::string_view text);

}  // namespace edgevlm
