// Broken files of Qwen2-VL, Qwen2.5-VL and Qwen3-VL, and files that do not belong together: each
// gives an error that states what and where, none a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/testing/golden_files.h"
#include "edgevlm/edgevlm.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

using Bytes = std::vector<std::byte>;

Bytes BytesOfGolden(const std::string& name) {
  const MappedFile file = OpenGolden("families/" + name + ".gguf");
  return {file.bytes().begin(), file.bytes().end()};
}

// A file's keys and tensors, which tests change before writing it again.
struct EditedFile {
  explicit EditedFile(const std::string& name) : bytes(BytesOfGolden(name)) {
    const auto file = GgufFile::Parse(bytes);
    CHECK(file.ok());
    for (const GgufKey& key : file->keys()) keys[std::string(key.name)] = file->Value(key);
    for (const GgufTensor& tensor : file->tensors()) {
      tensors[std::string(tensor.name)] = tensor.view;
    }
  }

  Bytes Write() const {
    GgufWriter writer;
    for (const auto& [name, value] : keys) writer.Add(name, value);
    for (const auto& [name, view] : tensors) {
      writer.AddTensor(name, view.dtype, view.shape, view.bytes);
    }
    return *writer.ToBytes();
  }

  Bytes bytes;
  std::map<std::string, GgufValue> keys;
  std::map<std::string, TensorView> tensors;  // views of `bytes`
};

std::string LoadError(const Bytes& text, const Bytes& mmproj) {
  const auto engine = Engine::Load(text, mmproj, {.threads = 1});
  return engine ? "loaded" : engine.error().message;
}

struct QwenFiles {
  const char* text;
  const char* mmproj;
};
constexpr QwenFiles kFamilyFiles[] = {{"qwen2vl-text", "qwen2vl-mmproj"},
                                      {"qwen2vl-text", "qwen25vl-mmproj"},
                                      {"qwen3vl-text", "qwen3vl-mmproj"}};

// A file that lacks a tensor names it; those that may be absent leave the model valid.
TEST(QwenVlFiles, EveryTensorIsNeeded) {
  for (const QwenFiles& pair : kFamilyFiles) {
    const Bytes text = BytesOfGolden(pair.text);
    const EditedFile whole(pair.mmproj);
    for (const auto& entry : whole.tensors) {
      EditedFile changed(pair.mmproj);
      changed.tensors.erase(entry.first);
      const std::string error = LoadError(text, changed.Write());
      if (entry.first == "v.patch_embd.bias") continue;
      EXPECT_THAT(error, HasSubstr("'" + entry.first + "'")) << pair.mmproj;
    }
  }
}

TEST(QwenVlFiles, EveryTensorOfADecoderIsNeeded) {
  for (const char* name : {"qwen2vl-text", "qwen3vl-text"}) {
    const EditedFile whole(name);
    for (const auto& entry : whole.tensors) {
      EditedFile changed(name);
      changed.tensors.erase(entry.first);
      if (entry.first == "output.weight") continue;  // then the embeddings are the output, too
      EXPECT_THAT(LoadError(changed.Write(), {}), HasSubstr("'" + entry.first + "'"));
    }
  }
}

TEST(QwenVlFiles, TensorsThatTheFamilyLacksAreRefused) {
  const char* const surplus[] = {"v.blk.0.ln3.weight", "v.class_embd", "v.pre_ln.weight",
                                 "v.deepstack.1.fc1.weight", "mm.4.weight"};
  for (const QwenFiles& pair : kFamilyFiles) {
    const Bytes text = BytesOfGolden(pair.text);
    for (const char* name : surplus) {
      EditedFile changed(pair.mmproj);
      changed.tensors[name] = changed.tensors["v.post_ln.weight"];
      EXPECT_EQ(LoadError(text, changed.Write()),
                "model: tensor '" + std::string(name) + "': expected none of this name, found one");
    }
    EditedFile changed(pair.text);
    changed.tensors["blk.1.attn_sinks.weight"] = changed.tensors["output_norm.weight"];
    EXPECT_THAT(LoadError(changed.Write(), {}), HasSubstr("'blk.1.attn_sinks.weight'"));
  }
}

TEST(QwenVlFiles, TruncatedOnesAreRefused) {
  for (const QwenFiles& pair : kFamilyFiles) {
    const Bytes text = BytesOfGolden(pair.text), mmproj = BytesOfGolden(pair.mmproj);
    constexpr std::size_t kCuts = 40;
    for (std::size_t i = 0; i < kCuts; ++i) {
      const auto cut = [&](const Bytes& whole) {
        return Bytes(whole.begin(),
                     whole.begin() + static_cast<std::ptrdiff_t>(whole.size() * i / kCuts));
      };
      EXPECT_NE(LoadError(cut(text), mmproj), "loaded") << i;
      if (i == 0) continue;  // no file at all
      EXPECT_NE(LoadError(text, cut(mmproj)), "loaded") << i;
    }
  }
}

// Width 128 all of them.
TEST(QwenVlFiles, OfDifferentFamiliesDoNotFit) {
  const auto load = [](const char* text, const char* mmproj) {
    return LoadError(BytesOfGolden(text), BytesOfGolden(mmproj));
  };
  EXPECT_EQ(load("qwen2vl-text", "qwen3vl-mmproj"),
            "model: projector outputs: expected 128, found 384");
  EXPECT_EQ(load("qwen3vl-text", "qwen2vl-mmproj"),
            "model: projector outputs: expected 384, found 128");
  EXPECT_THAT(load("gemma3-text", "qwen2vl-mmproj"),
              HasSubstr("projector 'qwen2vl_merger': expected a decoder with positions for rows "
                        "and columns of an image, found 'gemma3'"));
  EXPECT_THAT(load("qwen2vl-text", "internvl-mmproj"),
              HasSubstr("projector 'internvl': expected a decoder without positions"));
}

template <class T>
std::string WithTextKey(const char* name, const std::string& key, const T& value) {
  EditedFile changed(name);
  changed.keys[key] = value;
  const std::string mmproj = std::string(name).starts_with("qwen3") ? "qwen3vl" : "qwen2vl";
  return LoadError(changed.Write(), BytesOfGolden(mmproj + "-mmproj"));
}

template <class T>
std::string WithVisionKey(const QwenFiles& pair, const std::string& key, const T& value) {
  EditedFile changed(pair.mmproj);
  changed.keys[key] = value;
  return LoadError(BytesOfGolden(pair.text), changed.Write());
}

TEST(QwenVlFiles, KeysOfTheDecoderAreChecked) {
  using Ints = std::vector<std::int32_t>;
  const std::string sections = "qwen2vl.rope.dimension_sections";
  EXPECT_EQ(WithTextKey("qwen2vl-text", sections, Ints{8, 12, 11, 0}),
            "model: key 'qwen2vl.rope.dimension_sections': expected three sections of 32 pairs in "
            "sum, and 0, found 31 in sum");
  EXPECT_THAT(WithTextKey("qwen2vl-text", sections, Ints{8, 12, 11, 1}), HasSubstr(sections));
  EXPECT_THAT(WithTextKey("qwen2vl-text", sections, Ints{-8, 20, 20, 0}), HasSubstr(sections));
  EXPECT_THAT(WithTextKey("qwen2vl-text", sections, Ints{8, 12, 12}), HasSubstr(sections));
  const std::string levels = "qwen3vl.n_deepstack_layers";
  EXPECT_EQ(WithTextKey("qwen3vl-text", levels, std::uint32_t{1}),
            "model: projector outputs: expected 256, found 384");
  EXPECT_THAT(WithTextKey("qwen3vl-text", levels, std::uint32_t{5}), HasSubstr(levels));
  EXPECT_THAT(WithTextKey("qwen3vl-text", levels, std::int32_t{-1}), HasSubstr(levels));
}

TEST(QwenVlFiles, KeysOfTheVisionEncoderAreChecked) {
  const std::string vision = "clip.vision.";
  for (const std::uint32_t number : {0u, 3u, 9u, 1u << 20}) {
    for (const QwenFiles& pair : kFamilyFiles) {
      for (const char* key : {"spatial_merge_size", "patch_size", "attention.head_count"}) {
        EXPECT_NE(WithVisionKey(pair, vision + key, number), "loaded") << key << " " << number;
      }
    }
  }
  const QwenFiles& windows = kFamilyFiles[1];
  EXPECT_THAT(WithVisionKey(windows, vision + "n_wa_pattern", std::uint32_t{0}),
              HasSubstr("n_wa_pattern"));
  EXPECT_THAT(WithVisionKey(windows, vision + "window_size", std::uint32_t{27}),
              HasSubstr("window_size': expected at least the 28 pixels of a token, found 27"));
  const QwenFiles& deepstack = kFamilyFiles[2];
  EXPECT_THAT(WithVisionKey(deepstack, vision + "is_deepstack_layers", std::vector<bool>{true}),
              HasSubstr("is_deepstack_layers"));
  EXPECT_THAT(WithVisionKey(deepstack, vision + "is_deepstack_layers", std::vector<bool>(3, true)),
              AnyOf(HasSubstr("is_deepstack_layers"), HasSubstr("v.deepstack.1")));
}

}  // namespace
}  // namespace edgevlm
