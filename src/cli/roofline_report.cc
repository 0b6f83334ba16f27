#include "cli/roofline_report.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm {

std::string RooflineMarkdown(const RooflineMachine& machine, std::span<const Limit> limits) {
  const std::string all = "all " + std::to_string(machine.threads);
  std::array<char, 256> row;
  std::snprintf(row.data(), row.size(), "| %-11s | %10s | %10s | %-5s | %-42s |\n", "limit",
                "one thread", all.c_str(), "unit", "instruction");
  std::string table = row.data();
  table +=
      "| ----------- | ---------: | ---------: | ----- | "
      "------------------------------------------ |\n";
  for (const Limit& limit : limits) {
    std::snprintf(row.data(), row.size(), "| %-11s | %10.1f | %10.1f | %-5s | %-42s |\n",
                  limit.name.c_str(), limit.one_thread, limit.all_threads, limit.unit.c_str(),
                  limit.instruction.c_str());
    table += row.data();
  }
  return table;
}

std::string RooflineJson(const RooflineMachine& machine, std::span<const Limit> limits) {
  nlohmann::ordered_json report = {{"cpu_info", machine.cpu},
                                   {"instruction_set", machine.instruction_set},
                                   {"n_threads", machine.threads},
                                   {"limits", nlohmann::ordered_json::array()}};
  for (const Limit& limit : limits) {
    report["limits"].push_back({{"name", limit.name},
                                {"instruction", limit.instruction},
                                {"unit", limit.unit},
                                {"one_thread", limit.one_thread},
                                {"all_threads", limit.all_threads}});
  }
  return report.dump(2) + "\n";
}

}  // namespace edgevlm
