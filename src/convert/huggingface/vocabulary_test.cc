#include "convert/huggingface/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/huggingface/pre_tokenizer_name.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The keys that a folder's vocabulary gives.
class Keys {
 public:
  explicit Keys(const TinyFolder& folder, const json& config = json::object(),
                int size = kTinyVocabulary) {
    JsonObject object(config, "config.json");
    FilePlan plan;
    if (auto error = AddVocabulary(folder.path(), object, size, plan)) error_ = error->message;
    for (auto& [key, value] : plan.keys) EXPECT_TRUE(keys_.emplace(key, value).second) << key;
  }

  const std::string& error() const { return error_; }
  bool Has(std::string_view key) const { return keys_.contains(std::string(key)); }
  template <class T>
  T Get(std::string_view key) const {
    const auto found = keys_.find(std::string(key));
    if (found == keys_.end() || !std::holds_alternative<T>(found->second)) {
      ADD_FAILURE() << key << " is missing or of another type";
      return {};
    }
    return std::get<T>(found->second);
  }
  std::vector<std::string> Tokens() const { return Get<std::vector<std::string>>(keys::kTokens); }
  std::vector<std::int32_t> Types() const {
    return Get<std::vector<std::int32_t>>(keys::kTokenTypes);
  }

 private:
  std::string error_;
  std::map<std::string, GgufValue> keys_;
};

TEST(Vocabulary, PiecesOfTokenizerModel) {
  const TinyFolder folder;
  WriteTinyPieces(folder);
  folder.WriteJson("added_tokens.json", {{"<pad>", 6}, {"\u2581b", 7}, {"<beyond>", 8}});
  folder.WriteJson("tokenizer_config.json", {{"add_bos_token", true},
                                             {"add_eos_token", false},
                                             {"add_prefix_space", false},
                                             {"bos_token", {{"content", "<s>"}, {"special", true}}},
                                             {"eos_token", "</s>"},
                                             {"unk_token", "<unk>"},
                                             {"pad_token", nullptr},
                                             {"chat_template", "{{ messages }}"},
                                             {"added_tokens_decoder",
                                              {{"0", {{"content", "<unk>"}, {"special", true}}},
                                               {"1", {{"content", "<s>"}, {"special", true}}}}}});
  const Keys keys(folder);
  ASSERT_EQ(keys.error(), "");
  EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerModel), "llama");
  EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerPre), "default");
  EXPECT_THAT(keys.Tokens(),
              ElementsAre("<unk>", "<s>", "</s>", "<0x41>", "\u2581a", "a", "<pad>", " b"));
  EXPECT_THAT(keys.Types(), ElementsAre(2, 3, 3, 6, 1, 1, 3, 4));
  EXPECT_THAT(keys.Get<std::vector<float>>(keys::kTokenScores),
              ElementsAre(0, -1000, 0, 0, -1, -2, -1000, -1000));
  EXPECT_EQ(keys.Get<std::uint32_t>(keys::kBosTokenId), 1u);
  EXPECT_EQ(keys.Get<std::uint32_t>(keys::kEosTokenId), 2u);
  EXPECT_EQ(keys.Get<std::uint32_t>(keys::kUnknownTokenId), 0u);
  EXPECT_FALSE(keys.Has(keys::kPaddingTokenId));
  EXPECT_TRUE(keys.Get<bool>(keys::kAddBosToken));
  EXPECT_FALSE(keys.Get<bool>(keys::kAddEosToken));
  EXPECT_FALSE(keys.Get<bool>(keys::kAddSpacePrefix));
  EXPECT_EQ(keys.Get<std::string>(keys::kChatTemplate), "{{ messages }}");
}

TEST(Vocabulary, NeedsTokenizerModelOnly) {
  const TinyFolder folder;
  WriteTinyPieces(folder);
  const Keys keys(folder);
  ASSERT_EQ(keys.error(), "");
  EXPECT_EQ(keys.Tokens().back(), "[PAD7]");
  EXPECT_EQ(keys.Types().back(), 5);
  EXPECT_EQ(keys.Get<std::uint32_t>(keys::kBosTokenId), 1u);
  EXPECT_FALSE(keys.Has(keys::kAddBosToken));
  EXPECT_FALSE(keys.Has(keys::kChatTemplate));
}

TEST(Vocabulary, PiecesOfTokenizerJsonGetScoresFromTheirMerges) {
  const TinyFolder folder;
  json tokenizer = {
      {"added_tokens", {{{"id", 0}, {"content", "<unk>"}, {"special", true}}}},
      {"model",
       {{"type", "BPE"},
        {"byte_fallback", true},
        {"vocab", {{"<unk>", 0}, {"<0x0A>", 1}, {"a", 2}, {"b", 3}, {"ab", 4}, {"aba", 5}}},
        {"merges", {"a b", "ab a", "a ba"}}}}};
  folder.WriteJson("tokenizer.json", tokenizer);
  const Keys keys(folder);
  ASSERT_EQ(keys.error(), "");
  EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerModel), "llama");
  const auto scores = keys.Get<std::vector<float>>(keys::kTokenScores);
  EXPECT_EQ(keys.Types()[1], 6);
  EXPECT_GT(scores[4], scores[5]);
  EXPECT_GT(scores[5], scores[2]);
  EXPECT_FALSE(keys.Has(keys::kMerges));
}

json PiecesJson() {
  return {{"model",
           {{"type", "BPE"},
            {"byte_fallback", true},
            {"vocab", {{"<unk>", 0}, {"<s>", 1}, {"a", 2}, {"b", 3}, {"ab", 4}}},
            {"merges", {"a b"}}}}};
}

// As version 4 of transformers writes it, and version 5.
TEST(Vocabulary, ReadsTheSpacePrefixFromTokenizerJson) {
  const json prepends = {{"type", "Prepend"}, {"prepend", "\u2581"}};
  const auto adds_space_prefix = [](const std::string& entry, const json& value) {
    const TinyFolder folder;
    json tokenizer = PiecesJson();
    tokenizer[entry] = value;
    folder.WriteJson("tokenizer.json", tokenizer);
    const Keys keys(folder);
    EXPECT_EQ(keys.error(), "");
    return keys.Get<bool>(keys::kAddSpacePrefix);
  };
  EXPECT_TRUE(adds_space_prefix("normalizer", prepends));
  EXPECT_TRUE(adds_space_prefix(
      "normalizer", {{"type", "Sequence"}, {"normalizers", {prepends, {{"type", "Replace"}}}}}));
  EXPECT_TRUE(
      adds_space_prefix("pre_tokenizer", {{"type", "Metaspace"}, {"prepend_scheme", "first"}}));
  EXPECT_TRUE(adds_space_prefix("pre_tokenizer", {{"type", "Metaspace"}}));
  EXPECT_FALSE(
      adds_space_prefix("pre_tokenizer", {{"type", "Metaspace"}, {"prepend_scheme", "never"}}));
  EXPECT_FALSE(adds_space_prefix("normalizer", {{"type", "Replace"}}));
  EXPECT_FALSE(adds_space_prefix("normalizer", nullptr));
}

TEST(Vocabulary, ATemplateWithoutTokensAddsNone) {
  for (const bool is_pieces : {true, false}) {
    const TinyFolder folder;
    json tokenizer = is_pieces ? PiecesJson() : TinyBytePairs();
    tokenizer["post_processor"] = {
        {"type", "TemplateProcessing"},
        {"single", json::array({{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}})}};
    folder.WriteJson("tokenizer.json", tokenizer);
    folder.WriteJson("tokenizer_config.json", {{"bos_token", is_pieces ? "<s>" : "a"}});
    const Keys keys(folder);
    ASSERT_EQ(keys.error(), "");
    EXPECT_FALSE(keys.Get<bool>(keys::kAddBosToken));
    EXPECT_FALSE(keys.Get<bool>(keys::kAddEosToken));
  }
}

TEST(Vocabulary, BytePairsInBothSpellings) {
  for (const bool is_split : {true, false}) {
    const TinyFolder folder;
    json tokenizer = TinyBytePairs();
    if (!is_split) tokenizer["model"]["merges"] = {"a b", "\u0120 ab"};
    folder.WriteJson("tokenizer.json", tokenizer);
    folder.WriteJson("tokenizer_config.json", {{"eos_token", "<|im_end|>"}});
    const Keys keys(folder, {{"bos_token_id", 5}, {"eos_token_id", 4}});
    ASSERT_EQ(keys.error(), "");
    EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerModel), "gpt2");
    EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerPre), "gpt-2");
    EXPECT_THAT(keys.Tokens(), ElementsAre("a", "b", "\u0120", "ab", "\u0120ab", "<|im_end|>",
                                           "[PAD6]", "[PAD7]"));
    EXPECT_THAT(keys.Types(), ElementsAre(1, 1, 1, 1, 1, 3, 5, 5));
    EXPECT_THAT(keys.Get<std::vector<std::string>>(keys::kMerges), ElementsAre("a b", "\u0120 ab"));
    EXPECT_EQ(keys.Get<std::uint32_t>(keys::kEosTokenId), 5u);
    EXPECT_EQ(keys.Get<std::uint32_t>(keys::kBosTokenId), 5u);
    EXPECT_FALSE(keys.Get<bool>(keys::kAddBosToken));
    EXPECT_FALSE(keys.Has(keys::kTokenScores));
  }
}

TEST(Vocabulary, GptTwoAsFirstPublished) {
  TinyFolder folder;
  MakeTinyGpt2(folder);
  const Keys keys(folder, {{"bos_token_id", 5}, {"eos_token_id", 5}});
  ASSERT_EQ(keys.error(), "");
  EXPECT_THAT(keys.Types(), ElementsAre(1, 1, 1, 1, 1, 3, 5, 5));
  EXPECT_THAT(keys.Get<std::vector<std::string>>(keys::kMerges), ElementsAre("a b", "\u0120 ab"));
  EXPECT_EQ(keys.Get<std::string>(keys::kTokenizerPre), "gpt-2");
}

TEST(Vocabulary, ReadsBosFromTemplates) {
  const TinyFolder folder;
  json tokenizer = TinyBytePairs();
  const json begins = {{"type", "TemplateProcessing"},
                       {"single",
                        {{{"SpecialToken", {{"id", "<|im_end|>"}, {"type_id", 0}}}},
                         {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}}};
  tokenizer["post_processor"] = {{"type", "Sequence"},
                                 {"processors", {{{"type", "ByteLevel"}}, begins}}};
  folder.WriteJson("tokenizer.json", tokenizer);
  folder.WriteJson(
      "tokenizer_config.json",
      {{"bos_token", "<|im_end|>"},
       {"chat_template",
        {{{"name", "tool_use"}, {"template", "no"}}, {{"name", "default"}, {"template", "yes"}}}}});
  const Keys keys(folder);
  ASSERT_EQ(keys.error(), "");
  EXPECT_TRUE(keys.Get<bool>(keys::kAddBosToken));
  EXPECT_FALSE(keys.Get<bool>(keys::kAddEosToken));
  EXPECT_EQ(keys.Get<std::string>(keys::kChatTemplate), "yes");
}

TEST(Vocabulary, TheTemplateMayBeInASeparateFile) {
  const TinyFolder folder;
  WriteTinyPieces(folder);
  folder.WriteJson("chat_template.json", {{"chat_template", "from json"}});
  EXPECT_EQ(Keys(folder).Get<std::string>(keys::kChatTemplate), "from json");
  folder.Write("chat_template.jinja", "from jinja");
  EXPECT_EQ(Keys(folder).Get<std::string>(keys::kChatTemplate), "from jinja");
}

TEST(Vocabulary, FoldersThatAreWrong) {
  const TinyFolder empty;
  EXPECT_THAT(Keys(empty).error(), HasSubstr("expected tokenizer.model, tokenizer.json"));
  const TinyFolder folder;
  folder.Write("tokenizer.json", "{");
  EXPECT_THAT(Keys(folder).error(), HasSubstr("tokenizer.json: expected JSON"));
  const auto error = [&](const std::string& path, const json& value) {
    json tokenizer = TinyBytePairs();
    tokenizer[json::json_pointer(path)] = value;
    folder.WriteJson("tokenizer.json", tokenizer);
    return Keys(folder).error();
  };
  EXPECT_THAT(error("/model/type", "WordPiece"), HasSubstr("expected BPE, found \"WordPiece"));
  EXPECT_THAT(error("/model/vocab/a", 8), HasSubstr("token 'a': expected an id below 8, found 8"));
  EXPECT_THAT(error("/model/vocab/a", 1), HasSubstr("expected an id of its own, found 1"));
  EXPECT_THAT(error("/model/vocab/a", -1), HasSubstr("found -1"));
  EXPECT_THAT(error("/model/vocab", json::array()), HasSubstr("vocab: expected an object"));
  EXPECT_THAT(error("/model/merges/0", "a b c"),
              HasSubstr("merges: expected pairs, found \"a b c"));
  EXPECT_THAT(error("/model/merges", 7), HasSubstr("merges: expected pairs, found none"));
  EXPECT_THAT(error("/added_tokens", 7), HasSubstr("added_tokens"));
  EXPECT_THAT(error("/added_tokens/0/id", "x"), HasSubstr("'id': expected an integer"));
  EXPECT_THAT(error("/pre_tokenizer/type", "Metaspace"), HasSubstr("pre_tokenizer: expected"));
}

// A vocabulary that could not be loaded is rejected; others are accepted.
TEST(Vocabulary, LoadsAgain) {
  const auto error = [](const json& tokenizer, int size = kTinyVocabulary) {
    const TinyFolder folder;
    folder.WriteJson("tokenizer.json", tokenizer);
    return Keys(folder, json::object(), size).error();
  };
  json tokenizer = TinyBytePairs();
  tokenizer["model"]["merges"] = json::array();  // single characters only
  EXPECT_EQ(error(tokenizer), "");
  tokenizer["model"].erase("merges");
  EXPECT_THAT(error(tokenizer), HasSubstr("merges: expected pairs, found none"));
  tokenizer.erase("model");
  EXPECT_THAT(error(tokenizer), HasSubstr("vocab: expected an object"));
  tokenizer = TinyBytePairs();
  tokenizer["model"]["merges"] = {"a b", "b a"};
  EXPECT_THAT(error(tokenizer), HasSubstr("tokenizer: merge 1: expected two tokens that join"));
  tokenizer = TinyBytePairs();
  tokenizer["model"]["vocab"]["\u3042"] = 6;  // no spelling of bytes
  EXPECT_THAT(error(tokenizer), HasSubstr("token 6: expected bytes"));
  tokenizer = TinyBytePairs();
  tokenizer["model"]["vocab"]["[PAD7]"] = 6;  // what the free id 7 would be called
  EXPECT_THAT(error(tokenizer), HasSubstr("token 7: expected a new token, found '[PAD7]'"));
  tokenizer = TinyBytePairs();
  tokenizer["added_tokens"][0]["content"] = "a";
  EXPECT_THAT(error(tokenizer), HasSubstr("tokenizer: "));
  tokenizer = TinyBytePairs();
  tokenizer["added_tokens"][0]["id"] = 9;  // beyond the matrix of embeddings: no token
  EXPECT_EQ(error(tokenizer), "");
  for (const char* type : {"WordPiece", "Unigram", "WordLevel"}) {
    tokenizer["model"]["type"] = type;
    EXPECT_THAT(error(tokenizer), HasSubstr("model: expected BPE, found"));
  }
}

json Split(const std::string& pattern) {
  return {{"type", "Sequence"},
          {"pretokenizers",
           {{{"type", "Split"},
             {"pattern", {{"Regex", pattern}}},
             {"behavior", "Isolated"},
             {"invert", false}},
            {{"type", "ByteLevel"}, {"use_regex", false}}}}};
}

TEST(PreTokenizerName, IsRecognizedByItsSteps) {
  const auto name = [](const json& value) {
    const auto found = PreTokenizerName(value, "t");
    return found ? *found : found.error().message;
  };
  EXPECT_EQ(name({{"type", "ByteLevel"}}), "gpt-2");
  EXPECT_EQ(name({{"type", "Sequence"},
                  {"pretokenizers",
                   {{{"type", "Digits"}, {"individual_digits", true}},
                    {{"type", "ByteLevel"}, {"use_regex", true}}}}}),
            "smollm");
  const std::string words = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)";
  const std::string rest = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  EXPECT_EQ(name(Split(words + R"(\p{N}{1,3})" + rest)), "llama-bpe");
  EXPECT_EQ(name(Split(words + R"(\p{N})" + rest)), "qwen2");
  EXPECT_THAT(name(Split("[a-z]+")), HasSubstr("found [a-z]+ bytes"));
  EXPECT_THAT(name(json()), HasSubstr("found none"));
}

}  // namespace
}  // namespace edgevlm
