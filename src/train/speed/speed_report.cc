#include <cstdio>
#include <nlohmann/json.hpp>

#include "train/speed/measure_training.h"

namespace edgevlm::train {
namespace {

constexpr double kMillionImages = 1e6;
constexpr double kSecondsPerHour = 3600;

double HoursPerMillion(const ImageSpeed& speed) {
  return kMillionImages / speed.images_per_s / kSecondsPerHour;
}

std::string Row(const TrainingSpeed& speed, const ImageSpeed& work) {
  char line[128];
  if (work.gflop_per_image > 0) {
    std::snprintf(line, sizeof(line), "%-14s %9.1f %13.3f %10.1f %% %19.1f\n", work.name.c_str(),
                  work.images_per_s, work.gflop_per_image, 100 * speed.ShareOfLimit(work),
                  HoursPerMillion(work));
  } else {
    std::snprintf(line, sizeof(line), "%-14s %9.1f %13s %12s %19.1f\n", work.name.c_str(),
                  work.images_per_s, "", "", HoursPerMillion(work));
  }
  return line;
}

nlohmann::json JsonOf(const TrainingSpeed& speed, const ImageSpeed& work) {
  nlohmann::json json = {{"name", work.name},
                         {"images_per_s", work.images_per_s},
                         {"hours_per_million_images", HoursPerMillion(work)}};
  if (work.gflop_per_image > 0) {
    json["gflop_per_image"] = work.gflop_per_image;
    json["share_of_limit"] = speed.ShareOfLimit(work);
  }
  return json;
}

}  // namespace

std::string SpeedTable(const TrainingSpeed& speed) {
  char head[160];
  std::snprintf(head, sizeof(head),
                "%.2f million parameters, %d tokens; float32 limit %.0f GFLOP/s\n\n"
                "%-14s %9s %13s %12s %19s\n",
                static_cast<double>(speed.parameters) / 1e6, speed.vocabulary, speed.gflops_limit,
                "step", "images/s", "GFLOP/image", "of the limit", "hours per million");
  std::string text = head;
  for (const ImageSpeed& step : speed.steps) text += Row(speed, step);
  text += "\nof one loader\n";
  for (const ImageSpeed& sample : speed.samples) text += Row(speed, sample);
  return text;
}

std::string SpeedJson(const TrainingSpeed& speed) {
  nlohmann::json json = {{"parameters", speed.parameters},
                         {"vocabulary", speed.vocabulary},
                         {"gflops_limit", speed.gflops_limit},
                         {"steps", nlohmann::json::array()},
                         {"samples", nlohmann::json::array()}};
  for (const ImageSpeed& step : speed.steps) json["steps"].push_back(JsonOf(speed, step));
  for (const ImageSpeed& sample : speed.samples) json["samples"].push_back(JsonOf(speed, sample));
  return json.dump();
}

}  // namespace edgevlm::train
