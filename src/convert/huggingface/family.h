// HuggingfaceFamily: how one model architecture of Hugging Face is converted, and the table of all.
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

// An opened model folder, or the one file that some models are.
struct ModelFolder {
  std::string path;
  JsonObject config;  // config.json, or what it would say
  Checkpoint checkpoint;
};

// Errors: those of JsonObject::Read, Checkpoint::Open and ReadPackedScheme.
Result<ModelFolder> OpenFolder(const std::string& path);

// The input of a conversion.
struct ConversionSource {
  ModelFolder model;
  std::optional<ModelFolder> vision;  // if the vision encoder has its own folder
  DType dtype = DType::kF16;          // of matrices: F32, F16 or BF16
};

// To add a family, write one file that defines such a record, and add it to kFamilies (family.cc).
// A plan has all keys except those of the file itself (general.*).
// Errors: those of PlanBuilder and of the vocabulary; kUnsupported (EdgeVLM cannot run this
// configuration; names the entry and the value).
struct HuggingfaceFamily {
  std::string_view name;  // an entry of "architectures" in config.json
  Result<FilePlan> (*plan_text)(ConversionSource& source);
  // Of the file of the vision or audio encoder; null for models without one.
  Result<FilePlan> (*plan_vision)(ConversionSource& source);
};

// The family that config.json names. Errors: kUnsupported (lists the known families).
Result<const HuggingfaceFamily*> FindFamily(JsonObject& config);

extern const HuggingfaceFamily kLlamaFamily;
extern const HuggingfaceFamily kPhi3Family;
extern const HuggingfaceFamily kPhi3VFamily;
extern const HuggingfaceFamily kQwen2Family;
extern const HuggingfaceFamily kGpt2Family;
extern const HuggingfaceFamily kLlavaFamily;
extern const HuggingfaceFamily kOriginalLlavaFamily;
extern const HuggingfaceFamily kMobileVlmFamily;
extern const HuggingfaceFamily kSmolVlmFamily;
extern const HuggingfaceFamily kSmolVlm2Family;
extern const HuggingfaceFamily kQwen2VlFamily;
extern const HuggingfaceFamily kQwen25VlFamily;
extern const HuggingfaceFamily kQwen3VlFamily;
extern const HuggingfaceFamily kGemma3TextFamily;
extern const HuggingfaceFamily kGemma3Family;
extern const HuggingfaceFamily kInternVlFamily;
extern const HuggingfaceFamily kOptFamily;
extern const HuggingfaceFamily kBlip2Family;
extern const HuggingfaceFamily kWhisperFamily;
extern const HuggingfaceFamily kQwen2AudioFamily;
extern const HuggingfaceFamily kUltravoxFamily;

}  // namespace edgevlm
