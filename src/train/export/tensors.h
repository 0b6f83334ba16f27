// VisitTensors: maps the tensors of the built-in model's file to the modules of the model.
#pragma once

#include <cstddef>

#include "gguf/names.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

template <class Visitor>
void VisitVisionEncoder(Visitor& visitor, const VisionEncoder& vision_encoder) {
  visitor.Folded(modules::kVisionStem, vision_encoder->stem);
  for (std::size_t i = 0; i < vision_encoder->blocks.size(); ++i) {
    const Bottleneck& block = vision_encoder->blocks[i];
    const int index = static_cast<int>(i);
    if (!block->expand.is_empty()) visitor.Folded(modules::VisionExpand(index), block->expand);
    visitor.Folded(modules::VisionDepthwise(index), block->depthwise);
    if (!block->squeeze.is_empty()) {
      visitor.Pointwise(modules::VisionSqueezeReduce(index), block->squeeze->reduce);
      visitor.Pointwise(modules::VisionSqueezeExpand(index), block->squeeze->expand);
    }
    visitor.Folded(modules::VisionProject(index), block->project);
  }
  visitor.Folded(modules::kVisionHead, vision_encoder->head);
}

template <class Visitor>
void VisitDecoder(Visitor& visitor, const Decoder& decoder) {
  visitor.Matrix(modules::kTokenEmbedding, decoder->token_embd->weight);
  visitor.Matrix(modules::kPositionEmbedding, decoder->position_embd->weight);
  for (std::size_t i = 0; i < decoder->blocks.size(); ++i) {
    const DecoderBlock& block = decoder->blocks[i];
    const int index = static_cast<int>(i);
    visitor.Norm(modules::AttnNorm(index), block->attn_norm);
    visitor.Linear(modules::AttnQkv(index), block->attn_qkv);
    visitor.Linear(modules::AttnOutput(index), block->attn_output);
    visitor.Norm(modules::FfnNorm(index), block->ffn_norm);
    visitor.Linear(modules::FfnUp(index), block->ffn_up);
    visitor.Linear(modules::FfnDown(index), block->ffn_down);
  }
  visitor.Norm(modules::kOutputNorm, decoder->output_norm);
}

// Calls a method of the visitor for every module of the file, in the file's order: Folded(name,
// ConvNorm) for a convolution with its batch norm, Pointwise(name, Conv2d) for a 1x1 convolution on
// one pixel, Linear, Norm, or Matrix(name, tensor) for a weight without a bias. Training-only heads
// have no tensors in the file.
template <class Visitor>
void VisitTensors(Visitor& visitor, const Vlm& model) {
  VisitVisionEncoder(visitor, model->vision_encoder);
  visitor.Linear(modules::kProjectorFirst, model->project_in);
  visitor.Linear(modules::kProjectorSecond, model->project_out);
  VisitDecoder(visitor, model->decoder);
}

}  // namespace edgevlm::train
