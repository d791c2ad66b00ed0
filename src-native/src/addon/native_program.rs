//! A compiled program as an object of JavaScript.

use super::thread::EngineThread;
use crate::engine::{Compiled, Ran, Run};
use napi::bindgen_prelude::{
    ArrayBuffer, Either, Float32ArraySlice, Float64Array, Int32ArraySlice, Object, ToNapiValue,
};
use napi::{Env, Error, Result};
use napi_derive::napi;
use std::sync::{Arc, Mutex};

#[napi]
pub struct NativeProgram {
    /// None once disposed of.
    own: Option<(Arc<EngineThread>, Arc<Mutex<Compiled>>)>,
}

impl NativeProgram {
    pub fn new(thread: Arc<EngineThread>, compiled: Compiled) -> Self {
        Self { own: Some((thread, Arc::new(Mutex::new(compiled)))) }
    }

    fn own(&self) -> Result<&(Arc<EngineThread>, Arc<Mutex<Compiled>>)> {
        self.own.as_ref().ok_or_else(|| Error::from_reason("The program was disposed of."))
    }

    /// A promise of what a run on the engine's thread gives.
    fn ask<'env, T: ToNapiValue + 'static>(
        &self,
        env: &'env Env,
        inputs: &[Input<'_>],
        how: Run,
        give: fn(Env, Ran) -> Result<T>,
    ) -> Result<Object<'env>> {
        let (thread, compiled) = self.own()?;
        let (deferred, promise) = env.create_deferred()?;
        let inputs = inputs.iter().map(words).collect();
        let asked = thread.run(compiled.clone(), inputs, how, move |result| match result {
            Ok(ran) => deferred.resolve(move |env| give(env, ran)),
            Err(reason) => deferred.reject(Error::from_reason(reason)),
        });
        asked.map_err(Error::from_reason)?;
        Ok(promise)
    }
}

/// Looked at only in the call: to own an array is to keep a reference in JavaScript's heap.
type Input<'a> = Either<Float32ArraySlice<'a>, Int32ArraySlice<'a>>;

#[napi]
impl NativeProgram {
    /// Runs the program once, after the runs that were asked for before. Inputs are copied before this returns.
    #[napi(ts_return_type = "Promise<ArrayBuffer[]>")]
    pub fn run<'env>(&self, env: &'env Env, inputs: Vec<Input<'env>>) -> Result<Object<'env>> {
        self.ask(env, &inputs, Run::Shared, |env, ran| {
            ran.outputs.iter().map(|bytes| ArrayBuffer::copy_from(&env, bytes)).collect::<Result<Vec<_>>>()
        })
    }

    /// Runs it here and now, on the thread that calls, and on others if that was faster of late: for what takes less
    /// time than to ask another thread for it. Waits for a run that is under way.
    #[napi]
    pub fn run_now<'env>(&self, env: &'env Env, inputs: Vec<Input<'env>>) -> Result<Vec<ArrayBuffer<'env>>> {
        let (thread, compiled) = self.own()?;
        let inputs: Vec<_> = inputs.iter().map(words).collect();
        let ran = thread.run_now(compiled, &inputs).map_err(Error::from_reason)?;
        ran.outputs.iter().map(|bytes| ArrayBuffer::copy_from(env, bytes)).collect()
    }

    /// Runs it like `run`: the milliseconds that each instruction took, by position in the list.
    #[napi(ts_return_type = "Promise<Float64Array>")]
    pub fn profile<'env>(&self, env: &'env Env, inputs: Vec<Input<'env>>) -> Result<Object<'env>> {
        self.ask(env, &inputs, Run::Timed, |_, ran| Ok(Float64Array::new(ran.milliseconds)))
    }

    /// Gives up its memory, once the runs that were asked for have ended.
    #[napi]
    pub fn dispose(&mut self) {
        self.own = None;
    }
}

fn words(input: &Input<'_>) -> Vec<u32> {
    match input {
        Either::A(floats) => floats.iter().map(|float| float.to_bits()).collect(),
        Either::B(integers) => integers.iter().map(|&integer| integer as u32).collect(),
    }
}
