// The folders of Whisper, of Hugging Face and of CTranslate2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "convert/huggingface/ctranslate2.h"
#include "convert/testing/converted.h"
#include "convert/testing/tiny_models.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kWhisperWidth = 8, kWhisperHidden = 12, kWhisperBlocks = 2;

void AddAttention(TinyFolder& folder, const std::string& module) {
  for (const char* part : {"q_proj", "v_proj", "out_proj"}) {
    AddLinear(folder, module + "." + part, {kWhisperWidth, kWhisperWidth});
  }
  folder.Add(module + ".k_proj.weight", {kWhisperWidth, kWhisperWidth});
}

// Width 8, two blocks on each side.
void MakeTinyWhisper(TinyFolder& folder) {
  folder.config = {{"architectures", {"WhisperForConditionalGeneration"}},
                   {"d_model", kWhisperWidth},
                   {"vocab_size", kTinyVocabulary},
                   {"num_mel_bins", 4},
                   {"max_source_positions", 10},
                   {"max_target_positions", 6}};
  for (const std::string side : {"encoder", "decoder"}) {
    folder.config[side + "_layers"] = kWhisperBlocks;
    folder.config[side + "_attention_heads"] = 2;
    folder.config[side + "_ffn_dim"] = kWhisperHidden;
    const std::string body = "model." + side + ".";
    for (int block = 0; block < kWhisperBlocks; ++block) {
      const std::string layer = body + "layers." + std::to_string(block) + ".";
      AddAttention(folder, layer + "self_attn");
      AddLinear(folder, layer + "self_attn_layer_norm", {kWhisperWidth});
      if (side == "decoder") {
        AddAttention(folder, layer + "encoder_attn");
        AddLinear(folder, layer + "encoder_attn_layer_norm", {kWhisperWidth});
      }
      AddLinear(folder, layer + "final_layer_norm", {kWhisperWidth});
      AddLinear(folder, layer + "fc1", {kWhisperHidden, kWhisperWidth});
      AddLinear(folder, layer + "fc2", {kWhisperWidth, kWhisperHidden});
    }
    AddLinear(folder, body + "layer_norm", {kWhisperWidth});
  }
  AddLinear(folder, "model.encoder.conv1", {kWhisperWidth, 4, 3});
  AddLinear(folder, "model.encoder.conv2", {kWhisperWidth, kWhisperWidth, 3});
  folder.Add("model.encoder.embed_positions.weight", {10, kWhisperWidth});
  folder.Add("model.decoder.embed_positions.weight", {6, kWhisperWidth});
  folder.Add("model.decoder.embed_tokens.weight", {kTinyVocabulary, kWhisperWidth});
  folder.tensors["proj_out.weight"] = folder.tensors["model.decoder.embed_tokens.weight"];
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

TEST(ConvertWhisper, HasItsKeysAndTensors) {
  TinyFolder folder;
  MakeTinyWhisper(folder);
  const Converted converted(folder);
  ASSERT_EQ(converted.error(), "");
  const GgufFile& file = converted.File();
  EXPECT_EQ(*file.String(keys::kArchitecture), "whisper");
  EXPECT_EQ(*file.Int(keys::ContextLength("whisper.audio")), 10);
  EXPECT_EQ(*file.Int(keys::ContextLength("whisper")), 6);
  EXPECT_EQ(*file.Int(keys::kWhisperAudioHeadCount), 2);
  EXPECT_EQ(*file.Int(keys::kWhisperMelBands), 4);
  EXPECT_EQ(*file.Int(keys::HeadCount("whisper")), 2);
  EXPECT_EQ(*file.Int(keys::FeedForwardLength("whisper")), kWhisperHidden);
  for (const auto& [target, source] :
       {std::pair("a.conv1d.1.weight", "model.encoder.conv1.weight"),
        std::pair("a.blk.1.attn_out.bias", "model.encoder.layers.1.self_attn.out_proj.bias"),
        std::pair("blk.0.cross_attn_v.weight", "model.decoder.layers.0.encoder_attn.v_proj.weight"),
        std::pair("blk.1.cross_attn_norm.bias",
                  "model.decoder.layers.1.encoder_attn_layer_norm.bias"),
        std::pair("token_embd.weight", "model.decoder.embed_tokens.weight")}) {
    EXPECT_EQ(converted.Values(target), folder.Values(source)) << target;
  }
}

TEST(ConvertWhisper, RejectsWhatItCannotRun) {
  for (const auto& [entry, value] :
       {std::pair<const char*, nlohmann::json>("activation_function", "relu"),
        std::pair<const char*, nlohmann::json>("scale_embedding", true)}) {
    TinyFolder folder;
    MakeTinyWhisper(folder);
    folder.config[entry] = value;
    EXPECT_THAT(Converted(folder).error(), HasSubstr(entry));
  }
  TinyFolder folder;
  MakeTinyWhisper(folder);
  folder.tensors.erase("model.decoder.layers.1.encoder_attn.q_proj.weight");
  EXPECT_THAT(Converted(folder).error(), HasSubstr("encoder_attn.q_proj.weight"));
}

// Writes the tensors of a folder as CTranslate2 does.
class Ctranslate2Writer {
 public:
  explicit Ctranslate2Writer(const TinyFolder& folder) : folder_(folder) {
    for (const std::string side : {"encoder", "decoder"}) {
      const std::int16_t heads = 2;
      AddVariable(side + "/num_heads", {}, 2,
                  std::string(reinterpret_cast<const char*>(&heads), sizeof(heads)));
      Add(side + "/position_encodings/encodings", {"model." + side + ".embed_positions.weight"});
      AddModule(side + "/layer_norm", {"model." + side + ".layer_norm"}, true);
      for (int block = 0; block < kWhisperBlocks; ++block) AddBlock(side, std::to_string(block));
    }
    AddModule("encoder/conv1", {"model.encoder.conv1"}, false);
    AddModule("encoder/conv2", {"model.encoder.conv2"}, false);
    Add("decoder/embeddings/weight", {"model.decoder.embed_tokens.weight"});
  }

  std::string Text() const {
    return Number<std::uint32_t>(6) + Name("WhisperSpec") + Number<std::uint32_t>(3) +
           Number<std::uint32_t>(count_) + variables_ + Number<std::uint32_t>(1) +
           Name("decoder/projection/weight") + Name("decoder/embeddings/weight");
  }

 private:
  template <class T>
  static std::string Number(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
  }
  static std::string Name(const std::string& name) {
    return Number(static_cast<std::uint16_t>(name.size() + 1)) + name + '\0';
  }

  void AddVariable(const std::string& name, const std::vector<std::int64_t>& extents, int type,
                   const std::string& bytes) {
    variables_ += Name(name) + Number(static_cast<std::uint8_t>(extents.size()));
    for (const auto extent : extents) variables_ += Number(static_cast<std::uint32_t>(extent));
    variables_ += Number(static_cast<std::uint8_t>(type)) +
                  Number(static_cast<std::uint32_t>(bytes.size())) + bytes;
    ++count_;
  }

  // One variable of several tensors, one below the other.
  void Add(const std::string& name, const std::vector<std::string>& from) {
    constexpr int kFloat16 = 4;
    std::string bytes;
    std::vector<std::int64_t> extents;
    for (const std::string& tensor : from) {
      const bool is_zero = !folder_.tensors.contains(tensor);  // the bias of keys
      const StoredTensor& stored = folder_.tensors.at(is_zero ? from.front() : tensor);
      bytes += is_zero ? std::string(stored.bytes.size(), '\0') : stored.bytes;
      if (extents.empty()) {
        extents = stored.extents;
      } else {
        extents[0] += stored.extents[0];
      }
    }
    AddVariable(name, extents, kFloat16, bytes);
  }

  void AddModule(const std::string& name, const std::vector<std::string>& from, bool is_norm) {
    std::vector<std::string> weights, biases;
    for (const std::string& module : from) {
      weights.push_back(module + ".weight");
      biases.push_back(module + ".bias");
    }
    Add(name + (is_norm ? "/gamma" : "/weight"), weights);
    // A bias that the folder lacks is that of the keys, zero: of the size of a neighbor.
    if (!folder_.tensors.contains(biases.front())) std::swap(biases.front(), biases.back());
    std::vector<std::string> ordered = biases;
    if (biases.front() != from.front() + ".bias") {
      // [keys, values]: zeros come first.
      const StoredTensor& value = folder_.tensors.at(biases.front());
      AddVariable(name + "/bias", {2 * value.extents[0]}, 4,
                  std::string(value.bytes.size(), '\0') + value.bytes);
      return;
    }
    Add(name + (is_norm ? "/beta" : "/bias"), ordered);
  }

  void AddBlock(const std::string& side, const std::string& block) {
    const std::string to = side + "/layer_" + block + "/";
    const std::string from = "model." + side + ".layers." + block + ".";
    const std::string self = from + "self_attn.", cross = from + "encoder_attn.";
    AddModule(to + "self_attention/layer_norm", {from + "self_attn_layer_norm"}, true);
    AddModule(to + "self_attention/linear_0", {self + "q_proj", self + "k_proj", self + "v_proj"},
              false);
    AddModule(to + "self_attention/linear_1", {self + "out_proj"}, false);
    if (side == "decoder") {
      AddModule(to + "attention/layer_norm", {from + "encoder_attn_layer_norm"}, true);
      AddModule(to + "attention/linear_0", {cross + "q_proj"}, false);
      AddModule(to + "attention/linear_1", {cross + "k_proj", cross + "v_proj"}, false);
      AddModule(to + "attention/linear_2", {cross + "out_proj"}, false);
    }
    AddModule(to + "ffn/layer_norm", {from + "final_layer_norm"}, true);
    AddModule(to + "ffn/linear_0", {from + "fc1"}, false);
    AddModule(to + "ffn/linear_1", {from + "fc2"}, false);
  }

  const TinyFolder& folder_;
  std::string variables_;
  std::uint32_t count_ = 0;
};

Result<std::vector<ConvertedFile>> ConvertCtranslate2(const TinyFolder& folder,
                                                      const std::string& model) {
  folder.Write("model.bin", model);
  // CTranslate2's own config.json has no sizes.
  folder.WriteJson("config.json", {{"lang_ids", {1, 2}}});
  return ConvertFolder(
      {.folder = folder.path(), .path = folder.File("ct2.gguf"), .replaces = true});
}

TEST(ConvertCtranslate2, GivesTheFileOfTheSameWeights) {
  TinyFolder folder;
  MakeTinyWhisper(folder);
  const Converted expected(folder);
  ASSERT_EQ(expected.error(), "");
  std::filesystem::remove(folder.File("model.safetensors"));
  const auto files = ConvertCtranslate2(folder, Ctranslate2Writer(folder).Text());
  ASSERT_TRUE(files) << files.error().message;
  const auto mapped = MappedFile::Open(files->front().path);
  const auto file = GgufFile::Parse(mapped->bytes());
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->tensors().size(), expected.File().tensors().size());
  for (const GgufTensor& tensor : expected.File().tensors()) {
    const auto found = file->Tensor(tensor.name, tensor.view.shape);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*ToFloats(*found), *ToFloats(tensor.view)) << tensor.name;
  }
  for (const GgufKey& key : expected.File().keys()) {
    const GgufKey* found = file->FindKey(key.name);
    ASSERT_NE(found, nullptr) << key.name;
    EXPECT_EQ(file->Value(*found), expected.File().Value(key)) << key.name;
  }
}

TEST(ConvertCtranslate2, FilesCutAtEveryByte) {
  TinyFolder folder;
  MakeTinyWhisper(folder);
  const std::string whole = Ctranslate2Writer(folder).Text();
  const std::size_t end_of_variables = whole.size() - 4 - 2 * 2 -
                                       sizeof("decoder/projection/weight") -
                                       sizeof("decoder/embeddings/weight");
  for (std::size_t size = 0; size < end_of_variables; ++size) {
    const auto model = ParseCtranslate2(std::as_bytes(std::span(whole).first(size)));
    ASSERT_FALSE(model) << size;
    EXPECT_TRUE(model.error().message.starts_with("ctranslate2: ")) << model.error().message;
  }
  EXPECT_TRUE(ParseCtranslate2(std::as_bytes(std::span(whole))));
}

TEST(ConvertCtranslate2, NamesWhatItCannotRead) {
  TinyFolder folder;
  MakeTinyWhisper(folder);
  const std::string whole = Ctranslate2Writer(folder).Text();
  const auto error_with = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    changed.replace(changed.find(from), from.size(), to);
    const auto model = ParseCtranslate2(std::as_bytes(std::span(changed)));
    return model ? "" : model.error().message;
  };
  EXPECT_EQ(error_with(std::string("\6\0\0\0", 4), std::string("\5\0\0\0", 4)),
            "ctranslate2: version: expected 6, found 5");
  EXPECT_EQ(error_with("WhisperSpec", "TransfoSpec"),
            "ctranslate2: model: expected WhisperSpec, found 'TransfoSpec'");
  // The type behind the name, rank and extents of a variable: int8 has half the bytes.
  const std::string name = std::string("encoder/layer_norm/gamma") + '\0';
  const std::string head = name + std::string("\1\x08\0\0\0", 5);
  EXPECT_THAT(error_with(head + '\4', head + '\1'), HasSubstr("as many bytes as its shape needs"));
  EXPECT_THAT(error_with(head + '\4', head + '\7'), HasSubstr("expected a type from 0 to 5"));
  const std::string int8 = head + '\1' + std::string("\x08\0\0\0", 4);
  EXPECT_THAT(error_with(head + '\4' + std::string("\x10\0\0\0", 4), int8),
              HasSubstr("ctranslate2"));
}

}  // namespace
}  // namespace edgevlm
