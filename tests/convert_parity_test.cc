// Converted models compute the right function: logits of the engine against plain loops in double
// precision over the weights in Hugging Face's layout, including its rotary halves.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "convert/huggingface/convert.h"
#include "convert/testing/tiny_models.h"
#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference.h"
#include "model/testing/tiny_llama.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = 53;

// The name of a module in the folder; '#' stands for its block. Transposed: as in GPT-2's Conv1D.
struct ModuleName {
  std::string gguf;
  std::string folder;
  bool is_transposed = false;
};

const std::vector<ModuleName> kLlamaNames = {
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"},
    {"blk.#.attn_norm", "model.layers.#.input_layernorm"},
    {"blk.#.attn_q", "model.layers.#.self_attn.q_proj"},
    {"blk.#.attn_k", "model.layers.#.self_attn.k_proj"},
    {"blk.#.attn_v", "model.layers.#.self_attn.v_proj"},
    {"blk.#.attn_output", "model.layers.#.self_attn.o_proj"},
    {"blk.#.ffn_norm", "model.layers.#.post_attention_layernorm"},
    {"blk.#.ffn_gate", "model.layers.#.mlp.gate_proj"},
    {"blk.#.ffn_up", "model.layers.#.mlp.up_proj"},
    {"blk.#.ffn_down", "model.layers.#.mlp.down_proj"},
};

const std::vector<ModuleName> kGpt2Names = {
    {"token_embd", "transformer.wte"},
    {"position_embd", "transformer.wpe"},
    {"output_norm", "transformer.ln_f"},
    {"blk.#.attn_norm", "transformer.h.#.ln_1"},
    {"blk.#.attn_qkv", "transformer.h.#.attn.c_attn", true},
    {"blk.#.attn_output", "transformer.h.#.attn.c_proj", true},
    {"blk.#.ffn_norm", "transformer.h.#.ln_2"},
    {"blk.#.ffn_up", "transformer.h.#.mlp.c_fc", true},
    {"blk.#.ffn_down", "transformer.h.#.mlp.c_proj", true},
};

std::string InBlock(std::string pattern, int block) {
  const std::size_t mark = pattern.find('#');
  if (mark != std::string::npos) pattern.replace(mark, 1, std::to_string(block));
  return pattern;
}

void AddTransposed(TinyFolder& folder, const std::string& name, const TinyTensor& tensor) {
  const std::int64_t rows = tensor.shape[0], cols = tensor.shape[1];
  std::vector<float> values(tensor.values.size());
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      values[static_cast<std::size_t>(c * rows + r)] =
          tensor.values[static_cast<std::size_t>(r * cols + c)];
    }
  }
  folder.AddValues(name, {cols, rows}, values, tensor.dtype);
}

// The model's tensors by their names in the folder.
void AddTensors(const TinyFile& model, const std::vector<ModuleName>& names, TinyFolder& folder) {
  for (const ModuleName& name : names) {
    for (int block = 0; block < 2; ++block) {
      for (const char* end : {".weight", ".bias"}) {
        const auto found = model.tensors.find(InBlock(name.gguf, block) + end);
        if (found == model.tensors.end()) continue;
        const TinyTensor& tensor = found->second;
        const std::string stored = InBlock(name.folder, block) + end;
        if (name.is_transposed && tensor.shape.rank() == 2) {
          AddTransposed(folder, stored, tensor);
        } else {
          folder.AddValues(stored, tensor.shape, tensor.values, tensor.dtype);
        }
      }
    }
  }
  folder.WriteJson("tokenizer.json", TinyBytePairs());
}

nlohmann::json LlamaConfig(const TinyLlamaOptions& options, const std::string& architecture) {
  nlohmann::json config = {{"architectures", {architecture}},
                           {"max_position_embeddings", TinyLlama::kContext},
                           {"hidden_size", TinyLlama::kWidth},
                           {"intermediate_size", TinyLlama::kHidden},
                           {"num_hidden_layers", TinyLlama::kBlocks},
                           {"num_attention_heads", TinyLlama::kHeads},
                           {"num_key_value_heads", TinyLlama::kKvHeads},
                           {"head_dim", options.head_width},
                           {"vocab_size", options.vocabulary},
                           {"rms_norm_eps", TinyLlama::kEpsilon},
                           {"rope_theta", options.base},
                           {"tie_word_embeddings", !options.has_output}};
  if (options.factor != 1) {
    config["rope_scaling"] = {{"type", "linear"}, {"factor", options.factor}};
  }
  return config;
}

// Float32 sums of at most 40 terms differ from double by less than 1e-5; a key or value that rounds
// to the other neighbor in float16 changes a score by a relative 2^-11.
constexpr double kTolerance = 1e-3;

void ExpectLogits(TinyFolder& folder, const Matrix& expected, const std::vector<int>& tokens) {
  folder.Save();
  const auto files =
      ConvertFolder({.folder = folder.path(), .path = folder.File("converted.gguf")});
  ASSERT_TRUE(files) << files.error().message;
  const auto mapped = MappedFile::Open(files->front().path);
  ASSERT_TRUE(mapped) << mapped.error().message;
  const auto file = GgufFile::Parse(mapped->bytes());
  ASSERT_TRUE(file) << file.error().message;
  const auto decoder = LoadDecoder(*file);
  ASSERT_TRUE(decoder) << decoder.error().message;
  Buffer logits(static_cast<int>(tokens.size()), kVocabulary);
  SequenceCache cache((*decoder)->cache_shape());
  const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = logits.rows};
  Workspace workspace;
  ThreadPool pool(1);
  (*decoder)->Forward({&span, 1}, logits.view(), workspace, {.pool = pool});
  ExpectClose(logits.ToMatrix(), expected, kTolerance);
}

void ExpectLlamaParity(TinyLlamaOptions options, const std::string& architecture) {
  options.vocabulary = kVocabulary;
  options.rotated = options.head_width;
  options.has_halves = true;
  const TinyLlama model(options);
  const std::vector<int> tokens = RandomTokens(37, kVocabulary, 1);
  TinyFolder folder;
  AddTensors(model, kLlamaNames, folder);
  folder.config = LlamaConfig(options, architecture);
  ExpectLogits(folder, ReferenceLlama(model, ReferenceEmbeddings(model, tokens)), tokens);
}

TEST(ConvertParity, Llama) { ExpectLlamaParity({}, "LlamaForCausalLM"); }

TEST(ConvertParity, LlamaWithWideHeadsBiasesAndScaledPositions) {
  ExpectLlamaParity(
      {.head_width = 10, .base = 500.0f, .factor = 2.5f, .has_output = false, .has_qkv_bias = true},
      "LlamaForCausalLM");
}

TEST(ConvertParity, Qwen2) {
  ExpectLlamaParity({.base = 1e6f, .has_output = false, .has_qkv_bias = true}, "Qwen2ForCausalLM");
}

TEST(ConvertParity, Gpt2) {
  const TinyModel model(kVocabulary);
  const std::vector<int> tokens = RandomTokens(37, kVocabulary, 1);
  TinyFolder folder;
  AddTensors(model, kGpt2Names, folder);
  folder.config = {{"architectures", {"GPT2LMHeadModel"}},
                   {"n_positions", TinyModel::kContext},
                   {"n_embd", TinyModel::kWidth},
                   {"n_inner", TinyModel::kHidden},
                   {"n_layer", TinyModel::kBlocks},
                   {"n_head", TinyModel::kHeads},
                   {"vocab_size", kVocabulary}};
  ExpectLogits(folder, ReferenceDecoder(model, ReferenceEmbeddings(model, tokens)), tokens);
}

}  // namespace
}  // namespace edgevlm
