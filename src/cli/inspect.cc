// edgevlm inspect FILE.gguf: shows the keys and tensors of a GGUF file.
#include <array>
#include <cstddef>
#include <cstdio>
#include <string>

#include "catalog/folder.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "gguf/mapped_parts.h"
#include "gguf/reader.h"
#include "tensor/dtype.h"

namespace edgevlm {
namespace {

constexpr int kShownElements = 8;
constexpr int kShownTextBytes = 60;

std::string TypeText(const GgufKey& key) {
  std::string text(NameOf(key.type));
  if (key.is_array) text += "[" + std::to_string(key.count) + "]";
  return text;
}

std::string Row(const std::string& first, const std::string& second, const std::string& third) {
  std::array<char, 512> text;
  std::snprintf(text.data(), text.size(), "%-44s %-16s ", Printable(first).c_str(), second.c_str());
  return text.data() + third + "\n";
}

class InspectCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.add_option("FILE", path_, "GGUF file, version 2 or 3, or name of an installed model")
        ->required()
        ->type_name("");
    DeclareJson(app, json_);
    app.footer(
        "Examples:\n"
        "  edgevlm inspect model.gguf\n"
        "  edgevlm inspect model.gguf --json | jq '.tensors | length'\n"
        "Shapes are row-major: the last extent is contiguous in memory.");
  }

  ExitCode Run(Output& output) override {
    const auto found = FindModel(path_);
    if (!found) return Fail(found.error());
    const auto mapped = MappedParts::Open(found->model);
    if (!mapped) return Fail(mapped.error());
    const auto file = GgufFile::Parse(mapped->bytes());
    if (!file) return Fail(file.error().In(path_));
    if (json_) {
      output.PrintJson(Json(*file));
    } else {
      output.Print(PrintableText(Table(*file, mapped->bytes().size())));
    }
    return ExitCode::kDone;
  }

 private:
  static nlohmann::json Json(const GgufFile& file) {
    nlohmann::json keys = nlohmann::json::object();
    for (const GgufKey& key : file.keys()) {
      std::visit([&](auto&& value) { keys[std::string(key.name)] = value; }, file.Value(key));
    }
    nlohmann::json tensors = nlohmann::json::array();
    for (const GgufTensor& tensor : file.tensors()) {
      tensors.push_back({{"name", tensor.name},
                         {"type", NameOf(tensor.view.dtype)},
                         {"shape", tensor.view.shape.extents()},
                         {"bytes", tensor.view.bytes.size()}});
    }
    return {{"version", file.version()}, {"keys", keys}, {"tensors", tensors}};
  }

  static std::string Table(const GgufFile& file, std::size_t parts) {
    std::string table = "GGUF version " + std::to_string(file.version()) + ", " +
                        std::to_string(file.keys().size()) + " keys, " +
                        std::to_string(file.tensors().size()) + " tensors";
    if (parts > 1) table += ", in " + std::to_string(parts) + " files";
    table += "\n\n";
    table += Row("key", "type", "value");
    for (const GgufKey& key : file.keys()) {
      table += Row(std::string(key.name), TypeText(key),
                   ToText(file.Value(key), kShownElements, kShownTextBytes));
    }
    table += "\n" + Row("tensor", "type", "shape");
    for (const GgufTensor& tensor : file.tensors()) {
      table += Row(std::string(tensor.name), std::string(NameOf(tensor.view.dtype)),
                   tensor.view.shape.ToString());
    }
    return table;
  }

  std::string path_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeInspectCommand() { return std::make_unique<InspectCommand>(); }

}  // namespace edgevlm
