// The names of GGUF keys and tensors, all in this file. docs/formats.md describes them.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

namespace keys {

inline constexpr std::string_view kArchitecture = "general.architecture";
inline constexpr std::string_view kGeneralType = "general.type";
inline constexpr std::string_view kSizeLabel = "general.size_label";
inline constexpr std::string_view kName = "general.name";
inline constexpr std::string_view kFileType = "general.file_type";
inline constexpr std::string_view kAlignment = "general.alignment";
inline constexpr std::string_view kQuantizationVersion = "general.quantization_version";

// Of a model that llama.cpp's gguf-split has cut into several files.
inline constexpr std::string_view kSplitNumber = "split.no";  // of the file, from 0
inline constexpr std::string_view kSplitCount = "split.count";
inline constexpr std::string_view kSplitTensors = "split.tensors.count";  // of all files

inline constexpr std::string_view kTokenizerModel = "tokenizer.ggml.model";
inline constexpr std::string_view kTokenizerPre = "tokenizer.ggml.pre";
inline constexpr std::string_view kTokens = "tokenizer.ggml.tokens";
inline constexpr std::string_view kTokenTypes = "tokenizer.ggml.token_type";
inline constexpr std::string_view kMerges = "tokenizer.ggml.merges";
inline constexpr std::string_view kBosTokenId = "tokenizer.ggml.bos_token_id";
inline constexpr std::string_view kEosTokenId = "tokenizer.ggml.eos_token_id";
inline constexpr std::string_view kEotTokenId = "tokenizer.ggml.eot_token_id";
inline constexpr std::string_view kPaddingTokenId = "tokenizer.ggml.padding_token_id";
inline constexpr std::string_view kUnknownTokenId = "tokenizer.ggml.unknown_token_id";
inline constexpr std::string_view kTokenScores = "tokenizer.ggml.scores";
inline constexpr std::string_view kAddBosToken = "tokenizer.ggml.add_bos_token";
inline constexpr std::string_view kAddEosToken = "tokenizer.ggml.add_eos_token";
inline constexpr std::string_view kAddSpacePrefix = "tokenizer.ggml.add_space_prefix";
inline constexpr std::string_view kChatTemplate = "tokenizer.chat_template";

inline constexpr std::string_view kHasVisionEncoder = "clip.has_vision_encoder";
inline constexpr std::string_view kHasAudioEncoder = "clip.has_audio_encoder";
inline constexpr std::string_view kHasTextEncoder = "clip.has_text_encoder";
inline constexpr std::string_view kHasLlavaProjector = "clip.has_llava_projector";
inline constexpr std::string_view kProjectorType = "clip.projector_type";
inline constexpr std::string_view kVisionEncoder = "clip.vision.encoder";
inline constexpr std::string_view kImageSize = "clip.vision.image_size";
inline constexpr std::string_view kImageMean = "clip.vision.image_mean";
inline constexpr std::string_view kImageStd = "clip.vision.image_std";
inline constexpr std::string_view kVisionEmbeddingLength = "clip.vision.embedding_length";
inline constexpr std::string_view kProjectionDim = "clip.vision.projection_dim";
inline constexpr std::string_view kMobileNetStride = "clip.vision.mobilenet.stride";
inline constexpr std::string_view kMobileNetKernel = "clip.vision.mobilenet.kernel";
inline constexpr std::string_view kMobileNetHardSwish = "clip.vision.mobilenet.hard_swish";

// The vision transformer and its projectors, as published files have them.
inline constexpr std::string_view kUseGelu = "clip.use_gelu";
inline constexpr std::string_view kUseSilu = "clip.use_silu";
inline constexpr std::string_view kVisionProjectorType = "clip.vision.projector_type";
inline constexpr std::string_view kPatchSize = "clip.vision.patch_size";
inline constexpr std::string_view kVisionBlockCount = "clip.vision.block_count";
inline constexpr std::string_view kVisionFeedForwardLength = "clip.vision.feed_forward_length";
inline constexpr std::string_view kVisionHeadCount = "clip.vision.attention.head_count";
inline constexpr std::string_view kVisionLayerNormEpsilon =
    "clip.vision.attention.layer_norm_epsilon";
inline constexpr std::string_view kVisionFeatureLayer = "clip.vision.feature_layer";
inline constexpr std::string_view kProjectorScaleFactor = "clip.vision.projector.scale_factor";
inline constexpr std::string_view kPreprocImageSize = "clip.vision.preproc_image_size";
inline constexpr std::string_view kSpatialMergeSize = "clip.vision.spatial_merge_size";
inline constexpr std::string_view kWindowPattern = "clip.vision.n_wa_pattern";
inline constexpr std::string_view kWindowSize = "clip.vision.window_size";
inline constexpr std::string_view kDeepstackLayers = "clip.vision.is_deepstack_layers";
inline constexpr std::string_view kImageMinPixels = "clip.vision.image_min_pixels";
inline constexpr std::string_view kImageMaxPixels = "clip.vision.image_max_pixels";
inline constexpr std::string_view kPreprocMinTiles = "clip.vision.preproc_min_tiles";
inline constexpr std::string_view kPreprocMaxTiles = "clip.vision.preproc_max_tiles";
// The query transformer of BLIP-2.
inline constexpr std::string_view kQFormerEmbeddingLength =
    "clip.vision.projector.embedding_length";
inline constexpr std::string_view kQFormerFeedForwardLength =
    "clip.vision.projector.feed_forward_length";
inline constexpr std::string_view kQFormerBlockCount = "clip.vision.projector.block_count";
inline constexpr std::string_view kQFormerHeadCount = "clip.vision.projector.head_count";
inline constexpr std::string_view kQFormerLayerNormEpsilon =
    "clip.vision.projector.layer_norm_epsilon";
// Our own: the class token comes before the patches, as in training.
inline constexpr std::string_view kClassTokenFirst = "clip.vision.class_token_first";

// The audio encoder in front of a decoder, and its projector.
inline constexpr std::string_view kAudioProjectorType = "clip.audio.projector_type";
inline constexpr std::string_view kAudioMelBands = "clip.audio.num_mel_bins";
inline constexpr std::string_view kAudioEmbeddingLength = "clip.audio.embedding_length";
inline constexpr std::string_view kAudioFeedForwardLength = "clip.audio.feed_forward_length";
inline constexpr std::string_view kAudioBlockCount = "clip.audio.block_count";
inline constexpr std::string_view kAudioHeadCount = "clip.audio.attention.head_count";
inline constexpr std::string_view kAudioLayerNormEpsilon =
    "clip.audio.attention.layer_norm_epsilon";
inline constexpr std::string_view kAudioProjectionDim = "clip.audio.projection_dim";
inline constexpr std::string_view kStackFactor = "clip.audio.projector.stack_factor";

// Keys of the decoder start with the architecture: "gpt2.context_length".
std::string VocabularySize(std::string_view architecture);
std::string ContextLength(std::string_view architecture);
std::string EmbeddingLength(std::string_view architecture);
std::string BlockCount(std::string_view architecture);
std::string FeedForwardLength(std::string_view architecture);
std::string HeadCount(std::string_view architecture);
std::string LayerNormEpsilon(std::string_view architecture);
std::string ExitLayers(std::string_view architecture);  // our own: early exits that were trained

// The encoder of a model that transcribes; its other sizes are those above of "whisper.audio".
inline constexpr std::string_view kWhisperAudioHeadCount = "whisper.audio.head_count";
inline constexpr std::string_view kWhisperMelBands = "whisper.audio.num_mel_bins";

// Of the llama family.
std::string RmsNormEpsilon(std::string_view architecture);
std::string HeadCountKv(std::string_view architecture);
std::string KeyLength(std::string_view architecture);
std::string ValueLength(std::string_view architecture);
std::string ExpertCount(std::string_view architecture);
std::string RopeDimensionCount(std::string_view architecture);
std::string RopeFreqBase(std::string_view architecture);
std::string RopeScalingType(std::string_view architecture);
std::string RopeScalingFactor(std::string_view architecture);
std::string RopeScaleLinear(std::string_view architecture);  // older files; the factor

// Of decoders with positions in a grid: pairs per axis, and blocks followed by a row of the image.
std::string RopeDimensionSections(std::string_view architecture);
std::string DeepstackLayerCount(std::string_view architecture);
// Of decoders with other rotary angles for long sequences: the positions up to which a sequence is
// short, and a factor of cosines and sines.
std::string RopeOriginalContext(std::string_view architecture);
std::string RopeAttentionFactor(std::string_view architecture);

// Of decoders with sliding windows.
std::string SlidingWindow(std::string_view architecture);  // positions
// Every n-th block has no window; or a flag for each block, true for those that have one.
std::string SlidingWindowPattern(std::string_view architecture);
std::string RopeFreqBaseSwa(std::string_view architecture);  // of the blocks with a window
std::string AttentionSoftcap(std::string_view architecture);
std::string FinalSoftcap(std::string_view architecture);

}  // namespace keys

// Names of modules; a module's tensors are Weight(module) and Bias(module).
namespace modules {

inline constexpr std::string_view kTokenEmbedding = "token_embd";
inline constexpr std::string_view kPositionEmbedding = "position_embd";
inline constexpr std::string_view kOutputNorm = "output_norm";
inline constexpr std::string_view kOutput = "output";
inline constexpr std::string_view kRopeFreqs = "rope_freqs";
inline constexpr std::string_view kRopeFactorsShort = "rope_factors_short";
inline constexpr std::string_view kRopeFactorsLong = "rope_factors_long";

// Decoder block `block`.
std::string AttnNorm(int block);
std::string AttnQkv(int block);
std::string AttnOutput(int block);
std::string FfnNorm(int block);
std::string FfnUp(int block);
std::string FfnDown(int block);

// The same, of the llama family.
std::string AttnQ(int block);
std::string AttnK(int block);
std::string AttnV(int block);
std::string FfnGate(int block);

// The same, of decoders that normalize more.
std::string AttnQNorm(int block);
std::string AttnKNorm(int block);
std::string AttnPostNorm(int block);
std::string FfnPostNorm(int block);

inline constexpr std::string_view kVisionStem = "v.stem";
inline constexpr std::string_view kVisionHead = "v.head";

// Bottleneck block `block` of the MobileNetV3 vision encoder.
std::string VisionExpand(int block);
std::string VisionDepthwise(int block);
std::string VisionSqueezeReduce(int block);
std::string VisionSqueezeExpand(int block);
std::string VisionProject(int block);

// The two matrices of the MLP projector.
// Learned rows of an image's embeddings: tensors without a module, the second one's spelling
// llama.cpp's.
inline constexpr std::string_view kImageNewline = "v.image_newline";
inline constexpr std::string_view kViewSeparator = "v.view_seperator";

inline constexpr std::string_view kProjectorFirst = "mm.0";
inline constexpr std::string_view kProjectorSecond = "mm.2";

// The vision transformer. Its class embedding is a tensor without a module.
inline constexpr std::string_view kClassEmbedding = "v.class_embd";
inline constexpr std::string_view kPatchEmbedding = "v.patch_embd";
inline constexpr std::string_view kVisionPositions = "v.position_embd";
inline constexpr std::string_view kVisionPreNorm = "v.pre_ln";
inline constexpr std::string_view kVisionPostNorm = "v.post_ln";
std::string VisionAttnNorm(int block);
std::string VisionAttnQ(int block);
std::string VisionAttnK(int block);
std::string VisionAttnV(int block);
std::string VisionAttnQkv(int block);
std::string VisionAttnOutput(int block);
std::string VisionFfnNorm(int block);
std::string VisionFfnGate(int block);
std::string VisionFfnUp(int block);
std::string VisionFfnDown(int block);
std::string VisionAttnScale(int block);  // of InternVL
std::string VisionFfnScale(int block);

// The patch embedding of the second of two frames, a tensor without a module.
inline constexpr std::string_view kSecondPatchEmbedding = "v.patch_embd.weight.1";
// Part `part` (norm, fc1, fc2) of the merger of a block's output.
std::string DeepstackMerger(int block, std::string_view part);

// The projectors of MobileVLM: step `step` of the MLP, the positional convolution, and part `part`
// of stage `stage` of block `block`.
std::string LdpMlp(int step);
inline constexpr std::string_view kLdpPositional = "mm.model.peg.0";
std::string LdpBlock(int block, int stage, std::string_view part);

// The matrix of Idefics3 and SmolVLM.
inline constexpr std::string_view kPixelShuffleProjector = "mm.model.fc";

// The MLP of InternVL, behind a norm.
inline constexpr std::string_view kInternVlNorm = "mm.model.mlp.0";
inline constexpr std::string_view kInternVlFirst = "mm.model.mlp.1";
inline constexpr std::string_view kInternVlSecond = "mm.model.mlp.3";

// The norm and the matrix of Gemma 3. The matrix is stored transposed, and lacks a bias.
inline constexpr std::string_view kSoftEmbeddingNorm = "mm.soft_emb_norm";
inline constexpr std::string_view kInputProjection = "mm.input_projection";

// The query transformer of BLIP-2: its queries, a tensor without a module, their norm, part `part`
// (self_attn_q, cross_attn_k, ffn_up, ...) of block `block`, and the matrix after the last one.
inline constexpr std::string_view kQFormerTensors = "v.proj_";  // prefix of all
inline constexpr std::string_view kQFormerQueries = "v.proj_query";
inline constexpr std::string_view kQFormerNorm = "v.proj_norm";
inline constexpr std::string_view kQFormerOutput = "v.proj_linear";
std::string QFormerBlock(int block, std::string_view part);

// The audio encoder: its convolution `index`, 1 or 2, and part `part` (ln1, attn_q, ffn_up, ...) of
// block `block`.
inline constexpr std::string_view kAudioTensors = "a.";  // prefix of all
inline constexpr std::string_view kAudioPositions = "a.position_embd";
inline constexpr std::string_view kAudioPostNorm = "a.post_ln";
std::string AudioConvolution(int index);
std::string AudioBlock(int block, std::string_view part);

// The projectors behind it: two norms and two matrices of Ultravox, the matrix of Qwen2-Audio.
inline constexpr std::string_view kSoundProjectorTensors = "mm.a.";  // prefix of all
inline constexpr std::string_view kUltravoxPreNorm = "mm.a.norm_pre";
inline constexpr std::string_view kUltravoxFirst = "mm.a.mlp.1";
inline constexpr std::string_view kUltravoxMidNorm = "mm.a.norm_mid";
inline constexpr std::string_view kUltravoxSecond = "mm.a.mlp.2";
inline constexpr std::string_view kQwen2AudioOutput = "mm.a.fc";

// Decoder block `block` of a model whose decoder reads the encoder's rows: part `part` (norm, q, k,
// v, output) of that attention.
std::string CrossAttn(int block, std::string_view part);

std::string Weight(std::string_view module);
std::string Bias(std::string_view module);

}  // namespace modules

// The role of a tensor in the choice of its data type.
enum class TensorRole {
  kOther,
  kFixed,  // keeps its type: norms, biases, positions, the first layer of a vision encoder
  kTokenEmbedding,
  kOutput,
  kAttnV,
  kAttnQkv,
  kAttnOutput,
  kFfnDown,
};
TensorRole RoleOf(std::string_view tensor);

// N of "blk.N.", "v.blk.N." or "a.blk.N."; -1 for a tensor outside of the blocks.
int BlockOf(std::string_view tensor);

}  // namespace edgevlm
