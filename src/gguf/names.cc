#include "gguf/names.h"

#include <charconv>

namespace edgevlm {
namespace {

std::string Join(std::string_view first, std::string_view second) {
  std::string joined(first);
  joined += second;
  return joined;
}

std::string InBlock(std::string_view prefix, int block, std::string_view module) {
  return Join(prefix, std::to_string(block)) + Join(".", module);
}

std::string DecoderModule(int block, std::string_view module) {
  return InBlock("blk.", block, module);
}

std::string VisionModule(int block, std::string_view module) {
  return InBlock("v.blk.", block, module);
}

}  // namespace

namespace keys {

std::string VocabularySize(std::string_view architecture) {
  return Join(architecture, ".vocab_size");
}
std::string ContextLength(std::string_view architecture) {
  return Join(architecture, ".context_length");
}
std::string EmbeddingLength(std::string_view architecture) {
  return Join(architecture, ".embedding_length");
}
std::string BlockCount(std::string_view architecture) { return Join(architecture, ".block_count"); }
std::string FeedForwardLength(std::string_view architecture) {
  return Join(architecture, ".feed_forward_length");
}
std::string HeadCount(std::string_view architecture) {
  return Join(architecture, ".attention.head_count");
}
std::string LayerNormEpsilon(std::string_view architecture) {
  return Join(architecture, ".attention.layer_norm_epsilon");
}
std::string ExitLayers(std::string_view architecture) { return Join(architecture, ".exit_layers"); }

std::string RmsNormEpsilon(std::string_view architecture) {
  return Join(architecture, ".attention.layer_norm_rms_epsilon");
}
std::string HeadCountKv(std::string_view architecture) {
  return Join(architecture, ".attention.head_count_kv");
}
std::string KeyLength(std::string_view architecture) {
  return Join(architecture, ".attention.key_length");
}
std::string ValueLength(std::string_view architecture) {
  return Join(architecture, ".attention.value_length");
}
std::string ExpertCount(std::string_view architecture) {
  return Join(architecture, ".expert_count");
}
std::string RopeDimensionCount(std::string_view architecture) {
  return Join(architecture, ".rope.dimension_count");
}
std::string RopeFreqBase(std::string_view architecture) {
  return Join(architecture, ".rope.freq_base");
}
std::string RopeScalingType(std::string_view architecture) {
  return Join(architecture, ".rope.scaling.type");
}
std::string RopeScalingFactor(std::string_view architecture) {
  return Join(architecture, ".rope.scaling.factor");
}
std::string RopeScaleLinear(std::string_view architecture) {
  return Join(architecture, ".rope.scale_linear");
}
std::string RopeOriginalContext(std::string_view architecture) {
  return Join(architecture, ".rope.scaling.original_context_length");
}
std::string RopeAttentionFactor(std::string_view architecture) {
  return Join(architecture, ".rope.scaling.attn_factor");
}
std::string RopeDimensionSections(std::string_view architecture) {
  return Join(architecture, ".rope.dimension_sections");
}
std::string DeepstackLayerCount(std::string_view architecture) {
  return Join(architecture, ".n_deepstack_layers");
}

std::string SlidingWindow(std::string_view architecture) {
  return Join(architecture, ".attention.sliding_window");
}
std::string SlidingWindowPattern(std::string_view architecture) {
  return Join(architecture, ".attention.sliding_window_pattern");
}
std::string RopeFreqBaseSwa(std::string_view architecture) {
  return Join(architecture, ".rope.freq_base_swa");
}
std::string AttentionSoftcap(std::string_view architecture) {
  return Join(architecture, ".attn_logit_softcapping");
}
std::string FinalSoftcap(std::string_view architecture) {
  return Join(architecture, ".final_logit_softcapping");
}

}  // namespace keys

namespace modules {

std::string AttnNorm(int block) { return DecoderModule(block, "attn_norm"); }
std::string AttnQkv(int block) { return DecoderModule(block, "attn_qkv"); }
std::string AttnOutput(int block) { return DecoderModule(block, "attn_output"); }
std::string FfnNorm(int block) { return DecoderModule(block, "ffn_norm"); }
std::string FfnUp(int block) { return DecoderModule(block, "ffn_up"); }
std::string FfnDown(int block) { return DecoderModule(block, "ffn_down"); }

std::string AttnQ(int block) { return DecoderModule(block, "attn_q"); }
std::string AttnK(int block) { return DecoderModule(block, "attn_k"); }
std::string AttnV(int block) { return DecoderModule(block, "attn_v"); }
std::string FfnGate(int block) { return DecoderModule(block, "ffn_gate"); }

std::string AttnQNorm(int block) { return DecoderModule(block, "attn_q_norm"); }
std::string AttnKNorm(int block) { return DecoderModule(block, "attn_k_norm"); }
std::string AttnPostNorm(int block) { return DecoderModule(block, "post_attention_norm"); }
std::string FfnPostNorm(int block) { return DecoderModule(block, "post_ffw_norm"); }

std::string VisionExpand(int block) { return VisionModule(block, "expand"); }
std::string VisionDepthwise(int block) { return VisionModule(block, "depthwise"); }
std::string VisionSqueezeReduce(int block) { return VisionModule(block, "se_reduce"); }
std::string VisionSqueezeExpand(int block) { return VisionModule(block, "se_expand"); }
std::string VisionProject(int block) { return VisionModule(block, "project"); }

std::string VisionAttnNorm(int block) { return VisionModule(block, "ln1"); }
std::string VisionAttnQ(int block) { return VisionModule(block, "attn_q"); }
std::string VisionAttnK(int block) { return VisionModule(block, "attn_k"); }
std::string VisionAttnV(int block) { return VisionModule(block, "attn_v"); }
std::string VisionAttnQkv(int block) { return VisionModule(block, "attn_qkv"); }
std::string VisionAttnOutput(int block) { return VisionModule(block, "attn_out"); }
std::string VisionFfnNorm(int block) { return VisionModule(block, "ln2"); }
std::string VisionFfnGate(int block) { return VisionModule(block, "ffn_gate"); }
std::string VisionFfnUp(int block) { return VisionModule(block, "ffn_up"); }
std::string VisionFfnDown(int block) { return VisionModule(block, "ffn_down"); }
std::string VisionAttnScale(int block) { return VisionModule(block, "ls1"); }
std::string VisionFfnScale(int block) { return VisionModule(block, "ls2"); }

std::string DeepstackMerger(int block, std::string_view part) {
  return InBlock("v.deepstack.", block, part);
}

std::string LdpMlp(int step) { return Join("mm.model.mlp.", std::to_string(step)); }
std::string LdpBlock(int block, int stage, std::string_view part) {
  return InBlock("mm.model.mb_block.", block, "block.") + InBlock("", stage, part);
}

std::string QFormerBlock(int block, std::string_view part) {
  return InBlock("v.proj_blk.", block, part);
}

std::string AudioConvolution(int index) { return Join("a.conv1d.", std::to_string(index)); }
std::string AudioBlock(int block, std::string_view part) { return InBlock("a.blk.", block, part); }
std::string CrossAttn(int block, std::string_view part) {
  return DecoderModule(block, Join("cross_attn_", part));
}

std::string Weight(std::string_view module) { return Join(module, ".weight"); }
std::string Bias(std::string_view module) { return Join(module, ".bias"); }

}  // namespace modules

TensorRole RoleOf(std::string_view tensor) {
  constexpr std::string_view kFixedParts[] = {
      "_norm.",     "position_embd", "patch_embd",   "token_types",
      "class_embd", "a.conv1d",      "patch_merger", modules::kInputProjection};
  if (!tensor.ends_with(".weight")) return TensorRole::kFixed;
  for (const std::string_view part : kFixedParts) {
    if (tensor.find(part) != std::string_view::npos) return TensorRole::kFixed;
  }
  constexpr struct {
    std::string_view end;
    TensorRole role;
  } kRoles[] = {
      {".attn_v.weight", TensorRole::kAttnV},
      {".attn_qkv.weight", TensorRole::kAttnQkv},
      {".attn_output.weight", TensorRole::kAttnOutput},
      {".ffn_down.weight", TensorRole::kFfnDown},
  };
  if (tensor == "token_embd.weight") return TensorRole::kTokenEmbedding;
  if (tensor == "output.weight") return TensorRole::kOutput;
  for (const auto& [end, role] : kRoles) {
    if (tensor.ends_with(end)) return role;
  }
  return TensorRole::kOther;
}

int BlockOf(std::string_view tensor) {
  constexpr std::string_view kBlock = "blk.";
  if (tensor.starts_with("v.") || tensor.starts_with("a.")) tensor.remove_prefix(2);
  if (!tensor.starts_with(kBlock)) return -1;
  tensor.remove_prefix(kBlock.size());
  int block = -1;
  const auto [end, error] = std::from_chars(tensor.data(), tensor.data() + tensor.size(), block);
  if (error != std::errc() || end == tensor.data() + tensor.size() || *end != '.') return -1;
  return block;
}

}  // namespace edgevlm
