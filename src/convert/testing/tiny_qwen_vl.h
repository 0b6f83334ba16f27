// Folders of Qwen2-VL, Qwen2.5-VL and Qwen3-VL, as small as possible. For tests.
#pragma once

#include <string>

#include "convert/testing/tiny_models.h"

namespace edgevlm {

// An encoder of width 8 in three blocks, patches of 4, and its merger. Names begin with `prefix`.
inline void AddTinyQwenVision(TinyFolder& folder, const std::string& prefix, bool is_qwen25) {
  folder.Add(prefix + "patch_embed.proj.weight", {8, 3, 2, 16});  // [8, 3, 2, 4, 4]
  folder.tensors[prefix + "patch_embed.proj.weight"].extents = {8, 3, 2, 4, 4};
  const auto add_norm = [&](const std::string& module) {
    folder.Add(prefix + module + ".weight", {8});
    if (!is_qwen25) folder.Add(prefix + module + ".bias", {8});
  };
  for (int block = 0; block < 3; ++block) {
    const std::string layer = "blocks." + std::to_string(block) + ".";
    add_norm(layer + "norm1");
    add_norm(layer + "norm2");
    AddLinear(folder, prefix + layer + "attn.qkv", {24, 8});
    AddLinear(folder, prefix + layer + "attn.proj", {8, 8});
    if (is_qwen25) {
      AddLinear(folder, prefix + layer + "mlp.gate_proj", {12, 8});
      AddLinear(folder, prefix + layer + "mlp.up_proj", {12, 8});
      AddLinear(folder, prefix + layer + "mlp.down_proj", {8, 12});
    } else {
      AddLinear(folder, prefix + layer + "mlp.fc1", {16, 8});
      AddLinear(folder, prefix + layer + "mlp.fc2", {8, 16});
    }
  }
  add_norm("merger.ln_q");
  AddLinear(folder, prefix + "merger.mlp.0", {32, 32});
  AddLinear(folder, prefix + "merger.mlp.2", {8, 32});
}

inline nlohmann::json TinyQwen2Rope() {
  return {{"rope_type", "default"}, {"type", "mrope"}, {"mrope_section", {1, 1, 0}}};
}

// As published: the decoder's entries are those of the model.
inline void MakeTinyQwen2Vl(TinyFolder& folder) {
  folder.config = TinyLlamaConfig();
  folder.config["architectures"] = {"Qwen2VLForConditionalGeneration"};
  folder.config["tie_word_embeddings"] = true;
  folder.config["use_sliding_window"] = false;
  folder.config["rope_scaling"] = TinyQwen2Rope();
  folder.config["vision_config"] = {{"depth", 3},      {"embed_dim", 8},         {"mlp_ratio", 2},
                                    {"num_heads", 2},  {"in_chans", 3},          {"hidden_size", 8},
                                    {"patch_size", 4}, {"spatial_merge_size", 2}};
  AddTinyLlama(folder, "model.", /*has_bias=*/true);
  AddTinyQwenVision(folder, "visual.", false);
  folder.WriteJson("tokenizer.json", TinyBytePairs());
  folder.WriteJson("preprocessor_config.json",
                   {{"min_pixels", 3136}, {"max_pixels", 12845056}, {"patch_size", 4}});
}

// As transformers saves it: with an entry for the decoder, and the architecture there only.
inline void MakeTinyQwen25Vl(TinyFolder& folder) {
  nlohmann::json text = TinyLlamaConfig();
  text["architectures"] = {"Qwen2_5_VLForConditionalGeneration"};
  text["tie_word_embeddings"] = true;
  text.erase("rope_scaling");
  text.erase("rope_theta");
  text["rope_parameters"] = TinyQwen2Rope();
  text["rope_parameters"]["rope_theta"] = 1e6;
  folder.config = {{"model_type", "qwen2_5_vl"},
                   {"text_config", text},
                   {"vision_config",
                    {{"depth", 3},
                     {"hidden_size", 8},
                     {"intermediate_size", 12},
                     {"out_hidden_size", 8},
                     {"num_heads", 2},
                     {"patch_size", 4},
                     {"window_size", 32},
                     {"fullatt_block_indexes", {1}}}}};
  AddTinyLlama(folder, "model.language_model.", /*has_bias=*/true);
  AddTinyQwenVision(folder, "model.visual.", true);
  folder.WriteJson("tokenizer.json", TinyBytePairs());
  folder.WriteJson("preprocessor_config.json",
                   {{"size", {{"shortest_edge", 3136}, {"longest_edge", 802816}}}});
}

inline void MakeTinyQwen3Vl(TinyFolder& folder) {
  const std::string visual = "model.visual.", body = "model.language_model.";
  nlohmann::json text = TinyLlamaConfig();
  text["head_dim"] = 4;
  text["rope_scaling"] = {
      {"rope_type", "default"}, {"mrope_section", {1, 1, 0}}, {"mrope_interleaved", true}};
  folder.config = {{"architectures", {"Qwen3VLForConditionalGeneration"}},
                   {"text_config", text},
                   {"vision_config",
                    {{"depth", 3},
                     {"hidden_size", 8},
                     {"intermediate_size", 12},
                     {"out_hidden_size", 8},
                     {"num_heads", 2},
                     {"patch_size", 4},
                     {"num_position_embeddings", 9},
                     {"deepstack_visual_indexes", {0, 2}}}}};
  AddTinyLlama(folder, body);
  for (const char* layer : {"layers.0.", "layers.1."}) {
    folder.Add(body + layer + "self_attn.q_norm.weight", {4});
    folder.Add(body + layer + "self_attn.k_norm.weight", {4});
  }
  folder.Add("lm_head.weight", {kTinyVocabulary, 8});
  folder.Add(visual + "patch_embed.proj.weight", {8, 3, 2, 16});
  folder.tensors[visual + "patch_embed.proj.weight"].extents = {8, 3, 2, 4, 4};
  folder.Add(visual + "patch_embed.proj.bias", {8});
  folder.Add(visual + "pos_embed.weight", {9, 8});
  const auto add_merger = [&](const std::string& module, int norm) {
    AddLinear(folder, visual + module + ".norm", {norm});
    AddLinear(folder, visual + module + ".linear_fc1", {32, 32});
    AddLinear(folder, visual + module + ".linear_fc2", {8, 32});
  };
  for (int block = 0; block < 3; ++block) {
    const std::string layer = visual + "blocks." + std::to_string(block) + ".";
    AddLinear(folder, layer + "norm1", {8});
    AddLinear(folder, layer + "norm2", {8});
    AddLinear(folder, layer + "attn.qkv", {24, 8});
    AddLinear(folder, layer + "attn.proj", {8, 8});
    AddLinear(folder, layer + "mlp.linear_fc1", {12, 8});
    AddLinear(folder, layer + "mlp.linear_fc2", {8, 12});
  }
  add_merger("merger", 8);
  add_merger("deepstack_merger_list.0", 32);
  add_merger("deepstack_merger_list.1", 32);
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

}  // namespace edgevlm
