#include "train/loop/checkpoint.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "train/distil/distillation.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Writes under a temporary name and renames, so that readers see the old or the new file.
MaybeError Replace(const std::string& path, const std::function<void(const std::string&)>& write) {
  const std::string temporary = path + ".part";
  try {
    write(temporary);
    fs::rename(temporary, path);
  } catch (const std::exception& failure) {
    return Error{ErrorCode::kIo, path + ": cannot be written: " + failure.what()};
  }
  return std::nullopt;
}

MaybeError WriteJson(const std::string& path, const json& value) {
  return Replace(path, [&](const std::string& temporary) {
    std::ofstream file(temporary);
    file << value.dump(1) << "\n";
    file.close();
    if (!file) throw std::runtime_error("disk full?");
  });
}

Result<json> ReadJson(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::kNotFound, path + ": no such file"};
  json value = json::parse(file, nullptr, false);
  if (value.is_discarded()) return Error{ErrorCode::kCorrupt, path + ": not JSON"};
  return value;
}

// LibTorch throws if an archive is missing or damaged.
MaybeError Guarded(const std::string& path, const std::function<void()>& load) {
  if (!fs::exists(path)) return Error{ErrorCode::kNotFound, path + ": no such file"};
  try {
    load();
  } catch (const std::exception& failure) {
    std::istringstream lines(failure.what());
    std::string first;
    std::getline(lines, first);
    return Error{ErrorCode::kCorrupt, path + ": " + first};
  }
  return std::nullopt;
}

// Of all parameters and statistics, in their order.
std::vector<std::vector<std::int64_t>> ShapesOf(const Vlm& model) {
  std::vector<std::vector<std::int64_t>> shapes;
  for (const torch::Tensor& tensor : model->parameters()) shapes.push_back(tensor.sizes().vec());
  for (const torch::Tensor& tensor : model->buffers()) shapes.push_back(tensor.sizes().vec());
  return shapes;
}

// Whether exits are increasing and before the last block.
bool AreSound(const std::vector<int>& exits, const DecoderShape& decoder) {
  return std::ranges::adjacent_find(exits, std::greater_equal<>()) == exits.end() &&
         (exits.empty() || (exits.front() >= 1 && exits.back() < decoder.blocks));
}

// Whether a model can have this shape; the limits keep a damaged file from exhausting memory.
bool IsSound(const VlmShape& shape) {
  const auto within = [](int value, int low, int high) { return low <= value && value <= high; };
  const DecoderShape& decoder = shape.decoder;
  return within(shape.grid(), 1, 64) && shape.image_side % CellPixelsOf(shape.encoder) == 0 &&
         within(shape.features, 1, 4096) && within(shape.things, 0, 65536) &&
         within(decoder.width, 1, 4096) && within(decoder.heads, 1, decoder.width) &&
         decoder.width % decoder.heads == 0 && within(decoder.blocks, 1, 256) &&
         within(decoder.vocabulary, 1, 1 << 20) &&
         within(decoder.context, shape.cells() + 1, 1 << 16) && AreSound(decoder.exits, decoder);
}

json ToJson(const VlmShape& shape) {
  return {{"picture_side", shape.image_side}, {"features", shape.features},
          {"things", shape.things},           {"vision_encoder", NameOf(shape.encoder)},
          {"width", shape.decoder.width},     {"heads", shape.decoder.heads},
          {"blocks", shape.decoder.blocks},   {"vocabulary", shape.decoder.vocabulary},
          {"context", shape.decoder.context}, {"exits", shape.decoder.exits}};
}

// Absent in runs from before there were several.
EncoderSize EncoderSizeFrom(const json& value) {
  const std::string name = value.value("vision_encoder", "small");
  for (const NamedEncoderSize& named : kEncoderSizes) {
    if (name == named.name) return named.size;
  }
  throw std::runtime_error("vision_encoder: unknown size");
}

VlmShape ShapeFrom(const json& value) {
  return {.image_side = value.at("picture_side"),
          .features = value.at("features"),
          .things = value.at("things"),
          .encoder = EncoderSizeFrom(value),
          .decoder = {.width = value.at("width"),
                      .heads = value.at("heads"),
                      .blocks = value.at("blocks"),
                      .vocabulary = value.at("vocabulary"),
                      .context = value.at("context"),
                      // Absent in runs from before early exits existed.
                      .exits = value.value("exits", std::vector<int>())}};
}

// Whether a linear map in an archive has the shape of this module.
bool HasShapeOf(const torch::nn::Module& module, torch::serialize::InputArchive& archive) {
  torch::Tensor weight;
  return archive.try_read("weight", weight) &&
         weight.sizes() == module.parameters().front().sizes();
}

enum class Needed {
  kAll,       // to train on
  kExported,  // what a GGUF file has
  kNothing,
};

bool IsExported(std::string_view part) {
  constexpr std::array<std::string_view, 4> kExportedParts = {"eye", "project_in", "project_out",
                                                              "decoder"};
  return std::ranges::find(kExportedParts, part) != kExportedParts.end();
}

// LibTorch throws if a part has other tensors.
MaybeError LoadChildren(torch::serialize::InputArchive& archive, Needed needed, Vlm& model) {
  for (auto& child : model->named_children()) {
    const std::string& name = child.key();
    torch::serialize::InputArchive part;
    if (!archive.try_read(name, part)) {
      if (needed == Needed::kNothing || (needed == Needed::kExported && !IsExported(name)))
        continue;
      return Error{ErrorCode::kCorrupt, "expected the part '" + name +
                                            "', found none; is it a run of an older version? then "
                                            "continue it by another run, with --from"};
    }
    const bool may_differ = needed == Needed::kNothing && IsFeatureMap(name);
    if (may_differ && !HasShapeOf(*child.value(), part)) continue;
    child.value()->load(part);
  }
  return std::nullopt;
}

MaybeError LoadFrom(const std::string& path, Needed needed, Vlm& model) {
  const std::vector<std::vector<std::int64_t>> expected = ShapesOf(model);
  MaybeError missing;
  const auto load = [&] {
    torch::serialize::InputArchive archive;
    archive.load_from(path);
    missing = LoadChildren(archive, needed, model);
  };
  if (auto error = Guarded(path, load)) return error;
  if (missing) return missing->In(path);
  // LibTorch loads tensors of any shape.
  if (ShapesOf(model) != expected) {
    return Error{ErrorCode::kCorrupt, path + ": tensors of another shape than this run's"};
  }
  return std::nullopt;
}

}  // namespace

MaybeError SaveCheckpoint(const std::string& folder, Vlm& model, torch::optim::AdamW& optimizer,
                          const RunState& state) {
  if (auto error = SaveModel(folder, model)) return error;
  if (auto error = Replace(folder + "/optimizer.pt",
                           [&](const std::string& path) { torch::save(optimizer, path); })) {
    return error;
  }
  return WriteJson(folder + "/state.json",
                   {{"step", state.step}, {"pictures", state.images}, {"minutes", state.minutes}});
}

Result<RunState> LoadCheckpoint(const std::string& folder, Vlm& model,
                                torch::optim::AdamW& optimizer) {
  const Result<json> state = ReadJson(folder + "/state.json");
  if (!state) return state.error();
  if (auto error = LoadFrom(folder + "/model.pt", Needed::kAll, model)) return *error;
  const std::string path = folder + "/optimizer.pt";
  if (auto error = Guarded(path, [&] { torch::load(optimizer, path); })) return *error;
  RunState run;
  try {
    run = {state->at("step"), state->at("pictures"), state->at("minutes")};
  } catch (const json::exception&) {
    return Error{ErrorCode::kCorrupt, folder + "/state.json: expected step, pictures, minutes"};
  }
  return run;
}

MaybeError SaveModel(const std::string& folder, Vlm& model) {
  return Replace(folder + "/model.pt", [&](const std::string& path) { torch::save(model, path); });
}

MaybeError LoadModel(const std::string& folder, Vlm& model) {
  return LoadFrom(folder + "/model.pt", Needed::kExported, model);
}

MaybeError LoadParts(const std::string& folder, Vlm& model) {
  return LoadFrom(folder + "/model.pt", Needed::kNothing, model);
}

MaybeError SaveRun(const std::string& folder, const VlmShape& shape, const Vocabulary& vocabulary) {
  return WriteJson(folder + "/run.json", {{"shape", ToJson(shape)},
                                          {"tokens", vocabulary.tokens},
                                          {"merges", vocabulary.merges},
                                          {"specials", vocabulary.specials}});
}

MaybeError CheckRun(const Run& run) {
  if (!IsSound(run.shape)) {
    return Error{ErrorCode::kCorrupt, "shape: no model has " + ToJson(run.shape).dump()};
  }
  const std::size_t found = run.vocabulary.tokens.size();
  if (found != static_cast<std::size_t>(run.shape.decoder.vocabulary)) {
    return Error{ErrorCode::kCorrupt, "tokens: expected " +
                                          std::to_string(run.shape.decoder.vocabulary) +
                                          ", found " + std::to_string(found)};
  }
  return std::nullopt;
}

Result<Run> LoadRun(const std::string& folder) {
  const std::string path = folder + "/run.json";
  std::ifstream file(path);
  if (!file) return Error{ErrorCode::kNotFound, path + ": no such file"};
  return ParseRun(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

Result<Run> ParseRun(const std::string& text, const std::string& name) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return Error{ErrorCode::kCorrupt, name + ": not JSON"};
  try {
    const Run run{ShapeFrom(value.at("shape")),
                  {value.at("tokens"), value.at("merges"), value.at("specials")}};
    if (auto error = CheckRun(run)) return error->In(name);
    return run;
  } catch (const std::exception&) {
    return Error{ErrorCode::kCorrupt, name + ": expected shape, tokens, merges, specials"};
  }
}

}  // namespace edgevlm::train
