#include "native/loaded_engine.h"

#include <unistd.h>

#include <utility>

#include "catalog/folder.h"
#include "native/file_bytes.h"
#include "native/gil.h"
#include "native/options.h"
#include "native/pixels.h"

namespace edgevlm::python {
namespace {

Result<Engine> LoadModel(const std::optional<std::string>& model, EngineOptions options) {
  if (!model) return Engine::LoadBuiltin(options);
  const Result<InstalledModel> found = FindModel(*model);
  if (!found) return found.error();
  if (options.mmproj.empty()) options.mmproj = found->mmproj;
  return Engine::Load(found->model, options);
}

}  // namespace

std::shared_ptr<LoadedEngine> LoadedEngine::Load(const std::optional<std::string>& model,
                                                 const py::dict& options) {
  EngineOptions engine_options = ReadEngineOptions(options);
  auto engine = WithoutGil([&] { return LoadModel(model, std::move(engine_options)); });
  return std::make_shared<LoadedEngine>(ValueOrRaise(std::move(engine)));
}

LoadedEngine::LoadedEngine(Engine engine)
    : engine_(std::make_unique<const Engine>(std::move(engine))), process_(getpid()) {}

LoadedEngine::~LoadedEngine() {
  if (getpid() != process_) static_cast<void>(engine_.release());
}

const Engine& LoadedEngine::engine() const {
  if (getpid() != process_) {
    Raise("ClosedError",
          "engine: expected one of this process, found one of its parent, whose threads a fork "
          "does not copy");
  }
  return *engine_;
}

py::dict LoadedEngine::Info() const {
  const ModelInfo& info = engine().info();
  py::dict fields;
  fields["name"] = ToStr(info.name);
  fields["architecture"] = ToStr(info.architecture);
  fields["vision_encoder"] = ToStr(info.vision_encoder);
  fields["projector"] = ToStr(info.projector);
  fields["chat_template"] = ToStr(info.chat_template);
  fields["instruction_set"] = ToStr(info.instruction_set);
  fields["parameters"] = info.parameters;
  fields["file_bytes"] = info.file_bytes;
  fields["threads"] = info.threads;
  fields["decode_threads"] = info.decode_threads;
  fields["context_tokens"] = info.context_tokens;
  fields["trained_context_tokens"] = info.trained_context_tokens;
  fields["has_trained_exits"] = info.has_trained_exits;
  fields["embedding_length"] = info.embedding_length;
  fields["block_count"] = info.block_count;
  fields["head_count"] = info.head_count;
  fields["vocabulary_tokens"] = info.vocabulary_tokens;
  fields["image_size"] = info.image_size;
  fields["image_tokens"] = info.image_tokens;
  fields["has_image_grid"] = info.has_image_grid;
  fields["notice"] = ToStr(info.notice);
  return fields;
}

EncodedHandle LoadedEngine::EncodeFile(const py::bytes& file, const std::string& name) const {
  const Engine& loaded = engine();
  const auto bytes = FileBytes(file);
  auto image = WithoutGil([&] { return loaded.GetImage(bytes); });
  if (!image) Raise(WithName(image.error(), name));
  return {*std::move(image)};
}

EncodedHandle LoadedEngine::EncodePixels(const py::buffer& pixels) const {
  const Engine& loaded = engine();
  PixelBuffer buffer(pixels);
  auto image = WithoutGil([&] { return loaded.EncodeImage(buffer.View()); });
  return {std::make_shared<const EncodedImage>(ValueOrRaise(std::move(image)))};
}

Error WithName(const Error& error, const std::string& name) {
  return name.empty() ? error : error.In(name);
}

}  // namespace edgevlm::python
