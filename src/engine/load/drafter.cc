#include "engine/load/drafter.h"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decode/speculate/model_drafter.h"
#include "decode/speculate/ngram_drafter.h"
#include "decode/speculate/self_drafter.h"
#include "gguf/mapped_parts.h"
#include "tokenizer/load_tokenizer.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm {
namespace {

constexpr std::string_view kOff = "off";
constexpr std::string_view kNgram = "ngram";
constexpr std::string_view kSelf = "self";
constexpr std::string_view kSelfBlocks = "self:";

Error Wrong(const std::string& what, const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid, what + ": expected " + expected + ", found " + found};
}

// The N of "self:N"; nothing for other texts.
std::optional<int> BlocksOf(std::string_view drafter) {
  if (!drafter.starts_with(kSelfBlocks)) return std::nullopt;
  const std::string_view digits = drafter.substr(kSelfBlocks.size());
  int blocks = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), blocks);
  if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return blocks;
}

bool IsFile(std::string_view drafter) {
  return drafter != kOff && drafter != kNgram && drafter != kSelf && !BlocksOf(drafter);
}

// The first difference, if any.
MaybeError CompareVocabularies(const Tokenizer& wanted, const Tokenizer& found) {
  if (wanted.size() != found.size()) {
    return Wrong("tokens of the vocabulary", std::to_string(wanted.size()),
                 std::to_string(found.size()));
  }
  for (int id = 0; id < wanted.size(); ++id) {
    if (wanted.Bytes(id) == found.Bytes(id)) continue;
    return Wrong(std::string("token ").append(std::to_string(id)), Quoted(wanted.Bytes(id)),
                 Quoted(found.Bytes(id)));
  }
  return std::nullopt;
}

Result<std::unique_ptr<Decoder>> LoadSmallerModel(const MappedParts& mapped,
                                                  const Tokenizer& tokenizer) {
  const Result<GgufFile> file = GgufFile::Parse(mapped.bytes());
  if (!file) return file.error();
  const Result<Tokenizer> own = LoadTokenizer(*file);
  if (!own) return own.error();
  if (auto error = CompareVocabularies(tokenizer, *own)) return *error;
  auto decoder = LoadDecoder(*file);
  if (!decoder) return decoder.error();
  // If only one side is padded, the other's ids would be out of range.
  const int vocabulary = (*decoder)->shape().vocabulary;
  if (vocabulary != tokenizer.size()) {
    return Wrong("tokens of the decoder", std::to_string(tokenizer.size()),
                 std::to_string(vocabulary));
  }
  return decoder;
}

MaybeError LoadFile(const std::string& path, Model& model) {
  const Result<MappedParts> file = MappedParts::Open(path);
  if (!file) return file.error().In("speculate");
  auto decoder = LoadSmallerModel(*file, model.tokenizer);
  if (auto error = file->CheckUnchanged()) return error;
  if (!decoder) {
    return decoder.error().In("speculate: " + path);
  }
  model.draft_decoder = *std::move(decoder);
  return std::nullopt;
}

MaybeError ChooseBlocks(const std::string& drafter, Model& model) {
  const DecoderShape& shape = model.decoder->shape();
  if (const auto blocks = BlocksOf(drafter)) {
    if (*blocks < 1 || *blocks >= shape.blocks) {
      return Wrong("speculate: self", "1 to " + std::to_string(shape.blocks - 1) + " blocks",
                   std::to_string(*blocks));
    }
    model.draft_blocks = *blocks;
    return std::nullopt;
  }
  if (shape.exits.empty()) {
    return Error{ErrorCode::kUnsupported,
                 "speculate: self: expected a model with trained exits, or self:N, found none"};
  }
  model.draft_blocks = shape.exits.front();
  return std::nullopt;
}

std::unique_ptr<Drafter> MakeDrafter(const Model& model) {
  if (model.speculation.drafter == kOff) return nullptr;
  if (model.draft_decoder != nullptr) return std::make_unique<ModelDrafter>(*model.draft_decoder);
  if (model.draft_blocks == 0) return std::make_unique<NgramDrafter>();
  return std::make_unique<SelfDrafter>(*model.decoder, model.draft_blocks);
}

}  // namespace

MaybeError Validate(const SpeculationOptions& options) {
  if (options.drafter.empty()) {
    return Wrong("speculate", "off, ngram, self or a file", "nothing");
  }
  if (options.draft_tokens < 0 || options.draft_tokens > Draft::kMaxTokens) {
    return Wrong("draft tokens", "0 to " + std::to_string(Draft::kMaxTokens),
                 std::to_string(options.draft_tokens));
  }
  return std::nullopt;
}

MaybeError LoadDrafter(const SpeculationOptions& options, Model& model) {
  if (auto error = Validate(options)) return error;
  // A token from an early exit cannot verify a draft.
  if (options.drafter != kOff && model.exits) {
    return Error{ErrorCode::kInvalid,
                 "options: speculate: expected off beside early exits, found " + options.drafter};
  }
  model.speculation = options;
  if (IsFile(options.drafter)) return LoadFile(options.drafter, model);
  if (options.drafter.starts_with(kSelf)) return ChooseBlocks(options.drafter, model);
  return std::nullopt;
}

BatchDecoder MakeBatchDecoder(const Model& model) {
  std::unique_ptr<Drafter> drafter = MakeDrafter(model);
  if (drafter == nullptr) return BatchDecoder(*model.decoder, model.exits_or_null());
  return BatchDecoder(*model.decoder, std::move(drafter), model.speculation.draft_tokens);
}

}  // namespace edgevlm
