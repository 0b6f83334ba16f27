#include "convert/huggingface/packed_scheme.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

constexpr int kWholeColumn = -1;  // a group size

// Records kUnsupported unless the entry has the value, in any case.
void ExpectText(JsonObject& object, std::string_view name, std::string_view expected,
                std::string_view fallback) {
  const std::string found = object.String(name, std::string(fallback));
  if (!object.ok() || ToUpperAscii(found) == ToUpperAscii(expected)) return;
  const std::string entry = object.where() + ": '" + std::string(name) + "': ";
  object.Fail({ErrorCode::kUnsupported, entry + "expected \"" + std::string(expected) +
                                            "\", found \"" + Printable(found, kMaxQuotedValue) +
                                            "\""});
}

int ReadGroup(JsonObject& object, std::string_view name) {
  const int group = object.Int(name, kWholeColumn, kMaxExtent);
  if (group == 0) object.Expect(name, "-1 or at least 1");
  return std::max(group, 0);
}

int ReadBits(JsonObject& object, std::string_view name, bool may_be_8) {
  const int bits = object.Int(name, 1, 64);
  if (object.ok() && bits != 4 && !(may_be_8 && bits == 8)) {
    object.Fail({ErrorCode::kUnsupported, object.where() + ": '" + std::string(name) +
                                              "': expected " + (may_be_8 ? "4 or 8" : "4") +
                                              " bits, found " + std::to_string(bits)});
  }
  return bits;
}

Result<PackedScheme> ReadAwq(JsonObject object) {
  PackedScheme scheme = {.method = PackedScheme::Method::kAwq};
  scheme.bits = ReadBits(object, object.OneOf({"bits", "w_bit"}), false);
  scheme.group = ReadGroup(object, object.OneOf({"group_size", "q_group_size"}));
  ExpectText(object, "version", "gemm", "gemm");
  if (!object.Bool("zero_point", true)) object.Expect("zero_point", "true");
  if (!object.ok()) return object.error();
  return scheme;
}

Result<PackedScheme> ReadGptq(JsonObject object) {
  PackedScheme scheme = {.method = PackedScheme::Method::kGptq};
  scheme.bits = ReadBits(object, "bits", true);
  scheme.group = ReadGroup(object, "group_size");
  const std::string format = object.String("checkpoint_format", "gptq");
  scheme.zeros_less_one = format != "gptq_v2";
  if (scheme.zeros_less_one) ExpectText(object, "checkpoint_format", "gptq", "gptq");
  if (object.Bool("is_marlin_format", false)) object.Expect("is_marlin_format", "false");
  if (!object.ok()) return object.error();
  return scheme;
}

Result<PackedScheme> ReadScheme(JsonObject object, std::string_view usual_method) {
  const std::string method = object.String("quant_method", std::string(usual_method));
  if (!object.ok()) return object.error();
  if (method == "awq") return ReadAwq(std::move(object));
  if (method == "gptq") return ReadGptq(std::move(object));
  return Error{ErrorCode::kUnsupported,
               object.where() + ": 'quant_method': expected awq or gptq, found " +
                   (method.empty() ? "none" : Printable(method, kMaxQuotedValue))};
}

}  // namespace

Result<std::optional<PackedScheme>> ReadPackedScheme(const std::string& folder,
                                                     JsonObject& config) {
  const auto found = [](Result<PackedScheme> scheme) -> Result<std::optional<PackedScheme>> {
    if (!scheme) return scheme.error();
    return std::optional(*scheme);
  };
  if (config.Has("quantization_config")) {
    JsonObject object = config.Object("quantization_config");
    return found(ReadScheme(std::move(object), ""));
  }
  for (const auto& [file, method] :
       {std::pair("quantize_config.json", "gptq"), std::pair("quant_config.json", "awq")}) {
    auto object = JsonObject::ReadIfThere(folder + "/" + file);
    if (!object) return object.error();
    const bool is_there = object->Has("bits") || object->Has("w_bit");
    if (is_there) return found(ReadScheme(*std::move(object), method));
  }
  return std::optional<PackedScheme>();
}

}  // namespace edgevlm
