#include "cli/acceptance_report.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm {

std::string AcceptanceMarkdown(const AcceptanceTest& test, const AcceptanceResult& result) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(),
                "| acceptance | drafted | c | v | plain t/s | speculating t/s | speed-up | limit | "
                "of it |\n"
                "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                "| %.2f | %.1f | %.3f | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f %% |\n",
                test.acceptance, result.drafted_per_step, result.draft_cost, result.check_cost,
                SpreadOf(result.plain.samples_ts).median,
                SpreadOf(result.speculating.samples_ts).median, result.speed_up, result.limit,
                100 * result.speed_up / result.limit);
  return text.data();
}

std::string AcceptanceJson(const AcceptanceTest& test, const AcceptanceResult& result) {
  const nlohmann::ordered_json object = {{"acceptance", test.acceptance},
                                         {"draft_tokens", result.drafted_per_step},
                                         {"draft_cost", result.draft_cost},
                                         {"check_cost", result.check_cost},
                                         {"n_gen", test.tokens},
                                         {"plain_samples_ts", result.plain.samples_ts},
                                         {"speculating_samples_ts", result.speculating.samples_ts},
                                         {"speed_up", result.speed_up},
                                         {"limit", result.limit}};
  return object.dump(2) + "\n";
}

}  // namespace edgevlm
