// A family of models as Hugging Face keeps them, and the table of all.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "convert/huggingface/checkpoint.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/plan.h"
#include "tensor/dtype.h"

namespace edgevlm {

// A folder that is open.
struct ModelFolder {
  std::string path;
  JsonObject config;  // config.json
  Checkpoint checkpoint;
};

// Errors: those of JsonObject::Read and Checkpoint::Open.
Result<ModelFolder> OpenFolder(const std::string& path);

// What a family converts.
struct ConversionSource {
  ModelFolder model;
  std::optional<ModelFolder> vision;  // where the vision encoder has a folder of its own
  DType dtype = DType::kF16;          // of matrices: F32, F16 or BF16
};

// Adding a family means one new file that defines such a record, and one line in kFamilies
// (family.cc). A plan has all keys but those of the file itself (general.*).
// Errors: those of PlanBuilder and of the vocabulary; kUnsupported (a configuration that EdgeVLM
// does not run; names the entry and the value).
struct HuggingfaceFamily {
  std::string_view name;  // an entry of "architectures" in config.json
  Result<FilePlan> (*plan_text)(ConversionSource& source);
  Result<FilePlan> (*plan_vision)(
      ConversionSource& source);  // null: a model without a vision encoder
};

// The family that config.json names. Errors: kUnsupported (lists those that are known).
Result<const HuggingfaceFamily*> FindFamily(JsonObject& config);

// The records.
extern const HuggingfaceFamily kLlamaFamily;
extern const HuggingfaceFamily kQwen2Family;
extern const HuggingfaceFamily kGpt2Family;
extern const HuggingfaceFamily kLlavaFamily;
extern const HuggingfaceFamily kOriginalLlavaFamily;
extern const HuggingfaceFamily kMobileVlmFamily;
extern const HuggingfaceFamily kSmolVlmFamily;
extern const HuggingfaceFamily kSmolVlm2Family;

}  // namespace edgevlm
