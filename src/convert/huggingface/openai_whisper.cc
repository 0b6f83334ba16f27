#include "convert/huggingface/openai_whisper.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

#include "tokenizer/byte_spelling.h"

namespace edgevlm {
namespace {

constexpr std::pair<std::string_view, std::string_view> kSideModules[] = {
    {"conv1", "conv1"},
    {"conv2", "conv2"},
    {"ln_post", "layer_norm"},
    {"ln", "layer_norm"},
    {"token_embedding", "embed_tokens"},
};
constexpr std::pair<std::string_view, std::string_view> kBlockModules[] = {
    {"attn_ln", "self_attn_layer_norm"},
    {"attn.query", "self_attn.q_proj"},
    {"attn.key", "self_attn.k_proj"},
    {"attn.value", "self_attn.v_proj"},
    {"attn.out", "self_attn.out_proj"},
    {"cross_attn_ln", "encoder_attn_layer_norm"},
    {"cross_attn.query", "encoder_attn.q_proj"},
    {"cross_attn.key", "encoder_attn.k_proj"},
    {"cross_attn.value", "encoder_attn.v_proj"},
    {"cross_attn.out", "encoder_attn.out_proj"},
    {"mlp_ln", "final_layer_norm"},
    {"mlp.0", "fc1"},
    {"mlp.2", "fc2"},
};

std::string_view Lookup(std::span<const std::pair<std::string_view, std::string_view>> table,
                        std::string_view name) {
  for (const auto& [from, to] : table) {
    if (from == name) return to;
  }
  return {};
}

// In the order of their tokens; large-v3 added the last one.
constexpr std::string_view kLanguages[] = {
    "en", "zh", "de", "es",  "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv",
    "it", "id", "hi", "fi",  "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no",
    "th", "ur", "hr", "bg",  "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv", "bn", "sr",
    "az", "sl", "kn", "et",  "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw",
    "gl", "mr", "pa", "si",  "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu",
    "am", "yi", "lo", "uz",  "fo", "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl",
    "mg", "as", "tt", "haw", "ln", "ha", "ba", "jw", "su", "yue"};

struct WhisperVocabulary {
  int size;
  int texts;
  int languages;
};
constexpr WhisperVocabulary kVocabularies[] = {
    {51'864, 50'256, 99}, {51'865, 50'257, 99}, {51'866, 50'257, 100}};

std::vector<std::string> SpecialsOf(int languages) {
  std::vector<std::string> names = {"<|endoftext|>", "<|startoftranscript|>"};
  for (const std::string_view code :
       std::span(kLanguages).first(static_cast<std::size_t>(languages))) {
    names.push_back("<|" + std::string(code) + "|>");
  }
  for (const char* name : {"<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>",
                           "<|nospeech|>", "<|notimestamps|>"}) {
    names.emplace_back(name);
  }
  return names;
}

using Ranks = std::unordered_map<std::string_view, int>;

// The two parts that merges of lower rank leave of a text; nothing if they leave more.
std::optional<std::pair<std::string_view, std::string_view>> PartsOf(std::string_view text,
                                                                     const Ranks& ranks, int rank) {
  std::vector<std::string_view> parts;
  for (std::size_t i = 0; i < text.size(); ++i) parts.push_back(text.substr(i, 1));
  while (parts.size() > 2) {
    std::size_t best = 0;
    int lowest = std::numeric_limits<int>::max();
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const std::string_view both(parts[i].data(), parts[i].size() + parts[i + 1].size());
      const auto found = ranks.find(both);
      if (found == ranks.end() || found->second >= std::min(rank, lowest)) continue;
      lowest = found->second;
      best = i;
    }
    if (lowest == std::numeric_limits<int>::max()) return std::nullopt;
    parts[best] = {parts[best].data(), parts[best].size() + parts[best + 1].size()};
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  return std::pair(parts[0], parts[1]);
}

}  // namespace

std::optional<std::string> HuggingfaceName(std::string_view openai) {
  const std::size_t dot = openai.find('.');
  const std::string_view side = openai.substr(0, dot);
  if (dot == std::string_view::npos || (side != "encoder" && side != "decoder")) {
    return std::nullopt;
  }
  const std::string body = "model." + std::string(side) + ".";
  std::string_view rest = openai.substr(dot + 1);
  if (rest == "positional_embedding") return body + "embed_positions.weight";
  const std::size_t last = rest.rfind('.');
  if (last == std::string_view::npos) return std::nullopt;
  const std::string member(rest.substr(last));
  rest = rest.substr(0, last);
  constexpr std::string_view kBlocks = "blocks.";
  if (!rest.starts_with(kBlocks)) {
    const std::string_view module = Lookup(kSideModules, rest);
    if (module.empty()) return std::nullopt;
    return body + std::string(module) + member;
  }
  rest.remove_prefix(kBlocks.size());
  const std::size_t end = rest.find('.');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view module = Lookup(kBlockModules, rest.substr(end + 1));
  if (module.empty()) return std::nullopt;
  return body + "layers." + std::string(rest.substr(0, end)) + "." + std::string(module) + member;
}

nlohmann::json WhisperConfig(const WhisperSizes& sizes) {
  constexpr int kHiddenWidths = 4;  // Whisper has no other hidden width
  const WhisperSide &encoder = sizes.encoder, &decoder = sizes.decoder;
  nlohmann::json config = {{"architectures", {"WhisperForConditionalGeneration"}},
                           {"d_model", encoder.width},
                           {"vocab_size", sizes.vocabulary},
                           {"num_mel_bins", sizes.mel_bands},
                           {"max_source_positions", encoder.positions},
                           {"max_target_positions", decoder.positions}};
  for (const auto& [name, side] : {std::pair("encoder", encoder), std::pair("decoder", decoder)}) {
    config[std::string(name) + "_layers"] = side.blocks;
    config[std::string(name) + "_attention_heads"] = side.heads;
    config[std::string(name) + "_ffn_dim"] = std::int64_t{side.width} * kHiddenWidths;
  }
  return config;
}

Result<VocabularyTables> WhisperTables(const std::vector<std::string>& texts, int size) {
  const auto known = std::ranges::find(kVocabularies, size, &WhisperVocabulary::size);
  if (known == std::end(kVocabularies)) {
    return Error{
        ErrorCode::kUnsupported,
        "vocabulary: expected 51864, 51865 or 51866 tokens, found " + std::to_string(size)};
  }
  // Files of large-v3 and its like may hold one text more or less than ids before the special ones.
  if (std::ssize(texts) < known->texts - 1 || std::ssize(texts) > known->texts + 1) {
    return Error{ErrorCode::kCorrupt, "vocabulary: expected " + std::to_string(known->texts) +
                                          " texts, found " + std::to_string(texts.size())};
  }
  VocabularyTables tables;
  tables.model = "gpt2";
  tables.pre_tokenizer = "gpt-2";
  Ranks ranks;
  for (int rank = 0; rank < std::min<int>(known->texts, static_cast<int>(texts.size())); ++rank) {
    const std::string& text = texts[static_cast<std::size_t>(rank)];
    // Of ids that no text produces.
    const bool is_unused = text.empty() || !ranks.emplace(text, rank).second;
    tables.tokens.push_back(is_unused ? VocabularyTables::Filler(tables.tokens.size())
                                      : SpellBytes(text));
    tables.types.push_back(is_unused ? PieceType::kUnused : PieceType::kNormal);
    if (is_unused || text.size() < 2) continue;
    if (const auto parts = PartsOf(text, ranks, rank)) {
      tables.merges.push_back(SpellBytes(parts->first) + " " + SpellBytes(parts->second));
    }
  }
  const auto pad_to = [&](int count) {
    while (std::ssize(tables.tokens) < count) {
      tables.tokens.push_back(VocabularyTables::Filler(tables.tokens.size()));
      tables.types.push_back(PieceType::kUnused);
    }
  };
  pad_to(known->texts);
  for (std::string& name : SpecialsOf(known->languages)) {
    tables.tokens.push_back(std::move(name));
    tables.types.push_back(PieceType::kControl);
  }
  pad_to(size);
  return tables;
}

}  // namespace edgevlm
