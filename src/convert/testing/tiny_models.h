// Folders of every family, as small as possible, but with sizes that reveal mix-ups. For tests.
#pragma once

#include <string>
#include <vector>

#include "convert/testing/tiny_folder.h"

namespace edgevlm {

inline constexpr int kTinyVocabulary = 8;

// tokenizer.json of byte pairs: five tokens of the model and an added one, so ids 6 and 7 are free.
inline nlohmann::json TinyBytePairs() {
  using nlohmann::json;  // two strings in braces would be an object
  const json merges = json::array({json::array({"a", "b"}), json::array({"\u0120", "ab"})});
  return {{"added_tokens", {{{"id", 5}, {"content", "<|im_end|>"}, {"special", true}}}},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"model",
           {{"type", "BPE"},
            {"vocab", {{"a", 0}, {"b", 1}, {"\u0120", 2}, {"ab", 3}, {"\u0120ab", 4}}},
            {"merges", merges}}}};
}

inline void WriteTinyPieces(const TinyFolder& folder) {
  folder.Write("tokenizer.model", SentencePieceText({{"<unk>", 0, 2},
                                                     {"<s>", 0, 3},
                                                     {"</s>", 0, 3},
                                                     {"<0x41>", 0, 6},
                                                     {"\u2581a", -1.0f},
                                                     {"a", -2.0f}}));
}

// The decoder of the llama kind: width 8, two heads for queries and one for keys, two blocks.
// Names begin with `body`.
inline void AddTinyLlama(TinyFolder& folder, const std::string& body, bool has_bias = false) {
  folder.Add(body + "embed_tokens.weight", {kTinyVocabulary, 8});
  folder.Add(body + "norm.weight", {8});
  for (int block = 0; block < 2; ++block) {
    const std::string layer = body + "layers." + std::to_string(block) + ".";
    folder.Add(layer + "input_layernorm.weight", {8});
    folder.Add(layer + "post_attention_layernorm.weight", {8});
    folder.Add(layer + "self_attn.q_proj.weight", {8, 8});
    folder.Add(layer + "self_attn.k_proj.weight", {4, 8});
    folder.Add(layer + "self_attn.v_proj.weight", {4, 8});
    folder.Add(layer + "self_attn.o_proj.weight", {8, 8});
    folder.Add(layer + "mlp.gate_proj.weight", {12, 8});
    folder.Add(layer + "mlp.up_proj.weight", {12, 8});
    folder.Add(layer + "mlp.down_proj.weight", {8, 12});
    if (!has_bias) continue;
    folder.Add(layer + "self_attn.q_proj.bias", {8});
    folder.Add(layer + "self_attn.k_proj.bias", {4});
    folder.Add(layer + "self_attn.v_proj.bias", {4});
  }
}

inline nlohmann::json TinyLlamaConfig() {
  return {{"architectures", {"LlamaForCausalLM"}},
          {"model_type", "llama"},
          {"max_position_embeddings", 64},
          {"hidden_size", 8},
          {"intermediate_size", 12},
          {"num_hidden_layers", 2},
          {"num_attention_heads", 2},
          {"num_key_value_heads", 1},
          {"vocab_size", kTinyVocabulary},
          {"rms_norm_eps", 1e-5},
          {"rope_theta", 10000.0},
          {"rope_scaling", nullptr},
          {"tie_word_embeddings", false}};
}

inline void MakeTinyLlama(TinyFolder& folder) {
  folder.config = TinyLlamaConfig();
  AddTinyLlama(folder, "model.");
  folder.Add("lm_head.weight", {kTinyVocabulary, 8});
  // Saved by old versions of the library.
  folder.tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = {"F32", {2}, "12345678"};
  WriteTinyPieces(folder);
}

inline void MakeTinyQwen2(TinyFolder& folder) {
  folder.config = TinyLlamaConfig();
  folder.config["architectures"] = {"Qwen2ForCausalLM"};
  folder.config["tie_word_embeddings"] = true;
  AddTinyLlama(folder, "model.", /*has_bias=*/true);
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

inline void MakeTinyGpt2(TinyFolder& folder) {
  folder.config = {{"architectures", {"GPT2LMHeadModel"}},
                   {"n_positions", 16},
                   {"n_embd", 8},
                   {"n_layer", 2},
                   {"n_head", 2},
                   {"vocab_size", kTinyVocabulary},
                   {"bos_token_id", 5},
                   {"eos_token_id", 5}};
  folder.Add("wte.weight", {kTinyVocabulary, 8});
  folder.Add("wpe.weight", {16, 8});
  for (int block = 0; block < 2; ++block) {
    const std::string layer = "h." + std::to_string(block) + ".";
    const auto add = [&](const std::string& module, const Shape& shape) {
      folder.Add(layer + module + ".weight", shape);
      folder.Add(layer + module + ".bias", {shape.last()});
    };
    add("ln_1", {8});
    add("attn.c_attn", {8, 24});
    add("attn.c_proj", {8, 8});
    add("ln_2", {8});
    add("mlp.c_fc", {8, 32});
    add("mlp.c_proj", {32, 8});
    folder.tensors[layer + "attn.bias"] = {"U8", {1, 1, 2, 2}, "1011"};
  }
  folder.Add("ln_f.weight", {8});
  folder.Add("ln_f.bias", {8});
  folder.Write("merges.txt", "#version: 0.2\na b\n\u0120 ab\n");
  folder.WriteJson(
      "vocab.json",
      {{"a", 0}, {"b", 1}, {"\u0120", 2}, {"ab", 3}, {"\u0120ab", 4}, {"<|endoftext|>", 5}});
}

// A vision encoder of width 8 for images of 8 x 8 in patches of 4, three blocks. Names begin with
// `prefix`.
inline void AddTinyVisionEncoder(TinyFolder& folder, const std::string& prefix, bool is_clip) {
  folder.Add(prefix + "embeddings.patch_embedding.weight", {8, 3, 4, 4});
  folder.Add(prefix + "embeddings.position_embedding.weight", {is_clip ? 5 : 4, 8});
  const auto add = [&](const std::string& module, const Shape& shape) {
    folder.Add(prefix + module + ".weight", shape);
    folder.Add(prefix + module + ".bias", {shape[0]});
  };
  if (is_clip) {
    folder.Add(prefix + "embeddings.class_embedding", {8});
    folder.tensors[prefix + "embeddings.position_ids"] = {"I64", {1}, "12345678"};
    add("pre_layrnorm", {8});
  } else {
    folder.Add(prefix + "embeddings.patch_embedding.bias", {8});
  }
  for (int block = 0; block < 3; ++block) {
    const std::string layer = "encoder.layers." + std::to_string(block) + ".";
    for (const char* module : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      add(layer + "self_attn." + module, {8, 8});
    }
    add(layer + "layer_norm1", {8});
    add(layer + "layer_norm2", {8});
    add(layer + "mlp.fc1", {12, 8});
    add(layer + "mlp.fc2", {8, 12});
  }
  add("post_layernorm", {8});
}

inline nlohmann::json TinyVisionEncoderConfig() {
  return {{"image_size", 8},         {"patch_size", 4},        {"hidden_size", 8},
          {"intermediate_size", 12}, {"num_hidden_layers", 3}, {"num_attention_heads", 2}};
}

inline void AddLinear(TinyFolder& folder, const std::string& module, const Shape& shape) {
  folder.Add(module + ".weight", shape);
  folder.Add(module + ".bias", {shape[0]});
}

inline void MakeTinyLlava(TinyFolder& folder) {
  folder.config = {{"architectures", {"LlavaForConditionalGeneration"}},
                   {"model_type", "llava"},
                   {"vision_feature_layer", -2},
                   {"text_config", TinyLlamaConfig()},
                   {"vision_config", TinyVisionEncoderConfig()}};
  AddTinyLlama(folder, "language_model.model.");
  folder.Add("language_model.lm_head.weight", {kTinyVocabulary, 8});
  AddTinyVisionEncoder(folder, "vision_tower.vision_model.", true);
  AddLinear(folder, "multi_modal_projector.linear_1", {8, 8});
  AddLinear(folder, "multi_modal_projector.linear_2", {8, 8});
  folder.WriteJson("preprocessor_config.json",
                   {{"image_mean", {0.5, 0.25, 0.125}}, {"image_std", {0.5, 0.5, 0.25}}});
  WriteTinyPieces(folder);
}

// type: mm_projector_type. The vision encoder has its own folder (MakeTinyClip).
inline void MakeTinyMobileVlm(TinyFolder& folder, const std::string& type) {
  folder.config = TinyLlamaConfig();
  folder.config["architectures"] = {"MobileLlamaForCausalLM"};
  folder.config["mm_projector_type"] = type;
  folder.config["mm_vision_tower"] = "somewhere/else";
  folder.config["mm_vision_select_layer"] = -2;
  AddTinyLlama(folder, "model.");
  folder.Add("lm_head.weight", {kTinyVocabulary, 8});
  const std::string projector = "model.mm_projector.";
  if (type == "ldpnetv2") {
    AddLinear(folder, projector + "mlp.mlp.0", {8, 8});
    AddLinear(folder, projector + "mlp.mlp.2", {8, 8});
    AddLinear(folder, projector + "peg.peg.0", {8, 1, 3, 3});
  } else {
    AddLinear(folder, projector + "model.mlp.1", {8, 8});
    AddLinear(folder, projector + "model.mlp.3", {8, 8});
    for (const char* block : {"1", "2"}) {
      const std::string stage = projector + "model.mb_block." + block + ".block.";
      folder.Add(stage + "0.0.weight", {8, 1, 3, 3});
      AddLinear(folder, stage + "0.1", {8});
      AddLinear(folder, stage + "1.fc1", {2, 8, 1, 1});
      AddLinear(folder, stage + "1.fc2", {8, 2, 1, 1});
      folder.Add(stage + "2.0.weight", {8, 8, 1, 1});
      AddLinear(folder, stage + "2.1", {8});
    }
  }
  WriteTinyPieces(folder);
}

inline void MakeTinyClip(TinyFolder& folder) {
  folder.config = {{"architectures", {"CLIPModel"}}, {"vision_config", TinyVisionEncoderConfig()}};
  AddTinyVisionEncoder(folder, "vision_model.", true);
  folder.Add("text_model.final_layer_norm.weight", {8});
  folder.tensors["logit_scale"] = {"F32", {}, "1234"};
  folder.Add("visual_projection.weight", {8, 8});
}

inline void MakeTinySmolVlm(TinyFolder& folder) {
  folder.config = {{"architectures", {"Idefics3ForConditionalGeneration"}},
                   {"model_type", "idefics3"},
                   {"scale_factor", 2},
                   {"text_config", TinyLlamaConfig()},
                   {"vision_config", TinyVisionEncoderConfig()}};
  AddTinyLlama(folder, "model.text_model.");
  folder.Add("lm_head.weight", {kTinyVocabulary, 8});
  AddTinyVisionEncoder(folder, "model.vision_model.", false);
  folder.Add("model.connector.modality_projection.proj.weight", {8, 32});
  folder.WriteJson("preprocessor_config.json", {{"image_mean", {0.5, 0.5, 0.5}},
                                                {"image_std", {0.5, 0.5, 0.5}},
                                                {"size", {{"longest_edge", 32}}}});
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

}  // namespace edgevlm
