#include "cli/bench_report.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/format.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

// Keeps the keys in llama-bench's order.
using nlohmann::ordered_json;

constexpr const char* kBackend = "CPU";

std::string ModelType(const ModelInfo& model) {
  return model.name.empty() ? model.architecture : model.name;
}

ordered_json ToJson(const BenchRecord& record) {
  const Measurement& measured = record.measurement;
  const Spread ns = SpreadOf(measured.samples_ns);
  const Spread ts = SpreadOf(measured.samples_ts);
  const auto round = [](double value) { return std::llround(value); };
  return {{"build_version", Version()},
          {"cpu_info", record.cpu},
          {"backends", kBackend},
          {"instruction_set", record.model.instruction_set},
          {"precision", record.precision},
          {"model_filename", record.model_file},
          {"model_type", ModelType(record.model)},
          {"model_size", record.model.file_bytes},
          {"model_n_params", record.model.parameters},
          {"n_threads", record.model.threads},
          {"n_threads_decode", record.model.decode_threads},
          {"load_ns", record.load_ns},
          {"peak_memory", record.peak_memory},
          {"signature", record.signature},
          {"picture", record.image},
          {"test", measured.test},
          {"n_image", measured.image_tokens},
          {"n_prompt", measured.prompt_tokens},
          {"n_gen", measured.generated_tokens},
          {"n_depth", 0},
          {"test_time", record.time},
          {"avg_ns", round(ns.mean)},
          {"stddev_ns", round(ns.stddev)},
          {"median_ns", round(ns.median)},
          {"min_ns", round(ns.min)},
          {"max_ns", round(ns.max)},
          {"avg_ts", ts.mean},
          {"stddev_ts", ts.stddev},
          {"samples_ns", measured.samples_ns},
          {"samples_ts", measured.samples_ts}};
}

std::string Dump(const ordered_json& object, int indent) {
  return object.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

// Quotes text and lists, with quotes doubled.
std::string CsvField(const ordered_json& value) {
  if (value.is_number()) return Dump(value, -1);
  const std::string text = value.is_string() ? value.get<std::string>() : Dump(value, -1);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += c;
    field += c;
  }
  return field + "\"";
}

}  // namespace

std::string BenchMarkdown(std::span<const BenchRecord> records) {
  std::string table =
      "| model                |       size |     params | backend | threads |     test "
      "|                t/s |         ms |\n"
      "| -------------------- | ---------: | ---------: | ------- | ------: | -------: "
      "| -----------------: | ---------: |\n";
  for (const BenchRecord& record : records) {
    const ModelInfo& model = record.model;
    const Spread ts = SpreadOf(record.measurement.samples_ts);
    const Spread ns = SpreadOf(record.measurement.samples_ns);
    const std::string size = Format("%.2f MiB", static_cast<double>(model.file_bytes) / 0x1p20);
    const std::string params = Format("%.2f M", static_cast<double>(model.parameters) / 1e6);
    const std::string speed = Format("%.2f", ts.mean) + " ± " + Format("%.2f", ts.stddev);
    std::array<char, 256> row;
    // "±" is two bytes but one column.
    std::snprintf(row.data(), row.size(),
                  "| %-20.60s | %10s | %10s | %-7s | %7d | %8s | %19s | %10.2f |\n",
                  Printable(ModelType(model)).c_str(), size.c_str(), params.c_str(), kBackend,
                  model.threads, record.measurement.test.c_str(), speed.c_str(), ns.median / 1e6);
    table += row.data();
  }
  if (!records.empty()) {
    const BenchRecord& last = records.back();
    const auto load_ns = static_cast<double>(last.load_ns);
    table += load_ns < 1e9 ? Format("\nLoaded in %.1f ms", load_ns / 1e6)
                           : Format("\nLoaded in %.2f s", load_ns / 1e9);
    if (last.peak_memory > 0) {
      table +=
          Format("; %.0f MiB of memory at most", static_cast<double>(last.peak_memory) / 0x1p20);
    }
    table += ".\nOutput signature: " + last.signature + "\n";
  }
  return table;
}

std::string BenchJson(std::span<const BenchRecord> records) {
  ordered_json array = ordered_json::array();
  for (const BenchRecord& record : records) array.push_back(ToJson(record));
  return Dump(array, 2) + "\n";
}

std::string BenchJsonLines(std::span<const BenchRecord> records) {
  std::string lines;
  for (const BenchRecord& record : records) lines += Dump(ToJson(record), -1) + "\n";
  return lines;
}

std::string BenchCsv(std::span<const BenchRecord> records) {
  std::string names;
  std::string lines;
  for (const BenchRecord& record : records) {
    const ordered_json object = ToJson(record);
    names.clear();
    std::string line;
    for (const auto& [name, value] : object.items()) {
      names += (names.empty() ? "" : ",") + name;
      line += (line.empty() ? "" : ",") + CsvField(value);
    }
    lines += line + "\n";
  }
  return names + "\n" + lines;
}

}  // namespace edgevlm
