#include "cli/compare_report.h"

#include <nlohmann/json.hpp>

#include "cli/format.h"

namespace edgevlm {
namespace {

constexpr double kMebi = 1 << 20;

std::string Percent(const std::optional<double>& share) {
  return share ? Format("%.1f %%", 100 * *share) : "";
}

std::string Line(const CompareRow& row) {
  std::string line = "|";
  for (const std::string& cell :
       {row.name, Format("%.1f", row.first_token_ms), Format("%.1f", row.tokens_per_second),
        Format("%.2f", static_cast<double>(row.cache_bytes) / kMebi),
        Format("%.0f", static_cast<double>(row.resident_bytes) / kMebi), Percent(row.accepted),
        Percent(row.early), std::string(row.same_reply ? "yes" : "no"),
        row.divergence ? Format("%.2g", *row.divergence) : "", Percent(row.answers)}) {
    line.append(" ").append(cell).append(" |");
  }
  return line.append("\n");
}

// Explains the columns. REQUIRES: rows is not empty.
std::string Legend(const CompareRow& plain) {
  const std::string prompt = std::to_string(plain.prompt_tokens);
  const std::string followed = std::to_string(plain.followed_tokens);
  return "\nKL: mean KL(plain || this) of the next token, in nats, over " + followed +
         " tokens that every row reads behind\nthe same prompt of " + prompt +
         " tokens; cache: keys and values at the end of them; empty KL: drafts change\n"
         "nothing. First token, t/s, drafts, early tokens and the same reply are those of a greedy "
         "reply of its own.\nProcess: all memory of this process, the logits to compare with "
         "included.\n";
}

}  // namespace

std::string CompareMarkdown(std::span<const CompareRow> rows) {
  std::string text =
      "| optimization | first token, ms | t/s | cache, MiB | process, MiB | drafts right | taken "
      "early | same reply | KL | answers right |\n"
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |\n";
  for (const CompareRow& row : rows) {
    if (row.refusal.empty()) text += Line(row);
  }
  if (!rows.empty()) text += Legend(rows.front());
  for (const CompareRow& row : rows) {
    if (!row.refusal.empty()) text.append("\n").append(row.name).append(": ").append(row.refusal);
  }
  return text.append("\n");
}

std::string CompareJson(std::span<const CompareRow> rows) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const CompareRow& row : rows) {
    nlohmann::ordered_json object = {{"optimisation", row.name}};
    if (!row.refusal.empty()) {
      object["refusal"] = row.refusal;
    } else {
      object.update({{"first_token_ms", row.first_token_ms},
                     {"tokens_per_second", row.tokens_per_second},
                     {"cache_bytes", row.cache_bytes},
                     {"resident_bytes", row.resident_bytes},
                     {"same_reply", row.same_reply},
                     {"prompt_tokens", row.prompt_tokens},
                     {"followed_tokens", row.followed_tokens}});
      if (row.divergence) object["divergence"] = *row.divergence;
      if (row.accepted) object["accepted"] = *row.accepted;
      if (row.early) object["early"] = *row.early;
      if (row.answers) object["answers"] = *row.answers;
    }
    array.push_back(std::move(object));
  }
  return array.dump(2) + "\n";
}

}  // namespace edgevlm
