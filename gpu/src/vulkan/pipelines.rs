//! The kernels as the device has compiled them.

use super::{card::Card, shaders};
use crate::{Error, Kernel};
use std::collections::BTreeMap;
use wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, BufferBindingType,
    ComputePipeline, ComputePipelineDescriptor, PipelineCompilationOptions, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

/// By number of the kernel; `None` where it has no shader.
pub(super) struct Pipelines(Vec<Option<Pipeline>>);

/// A shader, and what it is bound to.
pub(super) struct Pipeline {
    pub shader: ComputePipeline,
    pub layout: BindGroupLayout,
}

impl Pipelines {
    /// All kernels.
    ///
    /// # Errors
    /// What the driver says, with the kernel's name.
    pub fn new(card: &Card) -> Result<Self, Error> {
        let mut layouts = BTreeMap::new();
        let compile = |&kernel: &Kernel| {
            let Some(source) = shaders::source(kernel) else { return Ok(None) };
            let pipeline = card.guarded(&format!("loading kernel {kernel}"), || {
                let layout = layouts.entry(kernel.arguments().0);
                let layout = layout.or_insert_with_key(|&pointers| layout_of(card, pointers)).clone();
                Ok(Pipeline { shader: shader(card, kernel, source, &layout), layout })
            })?;
            Ok(Some(pipeline))
        };
        Kernel::ALL.iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// # Errors
    /// [`Error::NoKernel`].
    pub fn get(&self, kernel: Kernel) -> Result<&Pipeline, Error> {
        let pipeline = self.0.get(kernel as usize).and_then(Option::as_ref);
        pipeline.ok_or_else(|| Error::NoKernel(kernel.to_string()))
    }
}

/// Pointers, then the struct.
fn layout_of(card: &Card, pointers: usize) -> BindGroupLayout {
    let entries: Vec<_> = (0..=pointers)
        .map(|binding| BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: ShaderStages::COMPUTE,
            ty: BindingType::Buffer {
                ty: BufferBindingType::Storage { read_only: binding == pointers },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    card.device().create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries })
}

fn shader(card: &Card, kernel: Kernel, source: String, layout: &BindGroupLayout) -> ComputePipeline {
    let label = Some(kernel.name());
    let source = ShaderSource::Wgsl(source.into());
    let module = card.device().create_shader_module(ShaderModuleDescriptor { label, source });
    let layout = card.device().create_pipeline_layout(&PipelineLayoutDescriptor {
        label,
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    card.device().create_compute_pipeline(&ComputePipelineDescriptor {
        label,
        layout: Some(&layout),
        module: &module,
        entry_point: Some("main"),
        // Every kernel writes its tile before it reads it.
        compilation_options: PipelineCompilationOptions {
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache: None,
    })
}
