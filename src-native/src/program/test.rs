//! What is refused, and with which words.

use super::draft::{ABSENT, Draft, at, matrix, operand};
use super::format::*;
use super::panels::Panels;
use super::{Program, decode};

const PANEL: usize = 16;
const PANELS: Panels = Panels { width: PANEL, bf16: false };

fn decoded(draft: &Draft) -> Result<Program, String> {
    decode(&draft.words(), &[32], PANELS).map_err(|refusal| refusal.to_string())
}

#[track_caller]
fn refused(draft: &Draft, rule: &str) {
    let message = decoded(draft).expect_err("it was not refused");
    assert!(message.contains(rule), "{message}");
}

/// y = x + x over one buffer each, with what a test does to it.
fn chain(change: impl FnOnce(&mut Vec<u32>)) -> Draft {
    let mut draft = Draft::default();
    let (x, y) = (draft.input(64), draft.output(64));
    let mut body =
        words![1, 4, 16, 2, operand(at(x), 16, 1), operand(at(y), 16, 2), 1, 1, 1, 1, 0, 0, 0, 0.0];
    change(&mut body);
    draft.add(CHAIN, body);
    draft
}

#[test]
fn a_whole_program_is_taken() {
    let program = decoded(&chain(|_| {})).unwrap();
    assert_eq!((program.arena, program.buffers.len(), program.instructions.len()), (128, 2, 1));
}

#[test]
fn words_that_are_missing_or_left_over_are_refused() {
    let whole = chain(|_| {}).words();
    for length in 0..whole.len() {
        assert!(decode(&whole[..length], &[], PANELS).is_err(), "{length} words");
    }
    let message = decode(&[whole, vec![0]].concat(), &[], PANELS).unwrap_err().to_string();
    assert_eq!(message, "1 words are left over");
    refused(&chain(|body| body.push(0)), "Instruction 0: 1 words are left over");
    assert!(decode(&[1, 1], &[], PANELS).unwrap_err().to_string().contains("no program"));
    assert!(decode(&[MAGIC, 9], &[], PANELS).unwrap_err().to_string().contains("version 9"));
}

#[test]
fn buffers_lie_in_their_space() {
    let with = |buffer| {
        let mut draft = chain(|_| {});
        draft.buffers[0] = buffer;
        draft
    };
    refused(&with([0, 8, 64]), "buffer 0 starts at 8, not at a multiple of 16");
    refused(&with([0, 112, 64]), "buffer 0 ends at 176, the arena at 128");
    refused(&with([0, u32::MAX - 15, u32::MAX]), "a buffer's length is 4294967295");
    refused(&with([1, 1, 64]), "buffer 0 is state 1 of 1");
    refused(&with([1, 0, 64]), "buffer 0 has 64 words, its state 0 has 32");
    refused(&with([2, 0, 64]), "space 2");
    refused(&with([0, 0, 0]), "length is 0");
}

#[test]
fn places_lie_in_their_buffers() {
    refused(&chain(|body| body[1] = 5), "Instruction 0 (CHAIN): an operand reaches word 80 of buffer 0");
    refused(&chain(|body| body[4] = 2), "lies in buffer 2 of 2");
    refused(&chain(|body| body[5] = 1), "an operand reaches word 65 of buffer 0, which has 64");
    refused(&chain(|body| body[8] = u32::MAX), "which has 64");
    refused(&chain(|body| body[4] = u32::MAX), "a place is absent that may not be");
    refused(&chain(|body| body[0] = 0), "d0 is 0");
    refused(&chain(|body| body[0] = u32::MAX), "more than 2147483648");
}

#[test]
fn steps_of_a_loop_count() {
    let around = |length: u32, step: u32| {
        let mut draft = Draft::default();
        let (x, y) = (draft.input(64), draft.output(16));
        draft.add(LOOP, words![length, 0, 0, 1]);
        draft.add(COPY, words![1, 16, [x, 0, step], 1, at(y), 1]);
        draft
    };
    assert!(decoded(&around(4, 16)).is_ok());
    refused(&around(5, 16), "the source reaches word 80 of buffer 0");
    refused(&around(100_000, 0), "at most 65536 steps");
    refused(&around(0, 0), "length is 0");
}

#[test]
fn a_loop_has_its_whole_body_and_none_inside() {
    let with = |count: u32, opcode| {
        let mut draft = Draft::default();
        let y = draft.output(16);
        draft.add(LOOP, words![2, 0, 0, count]);
        draft.add(opcode, if opcode == LOOP { words![2, 0, 0, 1] } else { words![16, at(y), 0] });
        draft
    };
    assert!(decoded(&with(1, FILL)).is_ok());
    refused(&with(2, FILL), "its body ends at instruction 3 of 2");
    refused(&with(1, LOOP), "a loop in a loop");
}

#[test]
fn chains_read_what_is_set_and_write_what_may_be_written() {
    refused(&chain(|body| body[10] = 0), "an operand's flags are 0");
    refused(&chain(|body| body[10] = 16), "an operand's flags are 16");
    refused(&chain(|body| body[16] = 2), "column stride of 2");
    refused(&chain(|body| body[22] = 2), "reads register 2, which holds nothing");
    refused(&chain(|body| body[21] = 0), "writes register 0");
    refused(&chain(|body| body[21] = 3), "writes register 3");
    refused(&chain(|body| body[21] = 2), "operand 1 is to be written and no operation does");
    refused(&chain(|body| body[20] = 99), "there is no operation 99");
    refused(&chain(|body| body[19] = 1_000), "1000 operations do not fit");
    refused(&chain(|body| body[18] = 40), "at most 32 registers");
}

#[test]
fn what_is_written_is_apart_or_the_very_same() {
    let over = |offset: u32, s1: u32, rows: u32, columns: u32| {
        let mut draft = Draft::default();
        let x = draft.input(64);
        let [read, written] = [operand(at(x), 16, 1), operand([x, offset, 0], s1, 2)];
        draft.add(CHAIN, words![1, rows, columns, 2, read, written, 0, 1, 1, 1, 0, 0, 0, 0.0]);
        draft
    };
    assert!(decoded(&over(0, 16, 4, 16)).is_ok(), "the same words");
    assert!(decoded(&over(8, 16, 4, 8)).is_ok(), "other columns of the same rows");
    assert!(decoded(&over(32, 16, 2, 16)).is_ok(), "other rows");
    refused(&over(8, 16, 3, 16), "an operand and an operand overlap");
    refused(&over(4, 16, 4, 8), "an operand and an operand overlap");
    refused(&over(0, 8, 4, 16), "written twice");
    refused(&over(0, 0, 4, 16), "written twice");
}

#[test]
fn only_aligned_accesses_may_be_the_same() {
    let with = |c: u32, bias: u32| {
        let mut draft = Draft::default();
        let (a, b, other) = (draft.input(64), draft.input(64), draft.output(64));
        let pick = |which| [a, b, other][which as usize];
        let (c, bias) = (matrix(pick(c), 8), matrix(pick(bias), 8));
        draft.add(DIRECT, words![8, 8, 8, matrix(a, 8), at(b), 8, 1, c, 1, bias, 0]);
        draft
    };
    assert!(decoded(&with(2, 2)).is_ok(), "C added to");
    assert!(decoded(&with(2, 0)).is_ok(), "A read twice");
    refused(&with(0, 2), "A and C overlap");
    refused(&with(1, 2), "B and C overlap");
}

#[test]
fn buffers_that_share_memory_are_not_mixed() {
    let mut draft = chain(|_| {});
    draft.buffers[1] = [0, 16, 64];
    refused(&draft, "an operand and an operand overlap");
    // The second reads all of the same state.
    let mut draft = Draft::default();
    let (a, b) = (draft.state(0, 32), draft.state(0, 32));
    draft.add(COPY, words![1, 8, at(a), 1, [b, 16, 0], 1]);
    refused(&draft, "overlap");
}

#[test]
fn constants_are_written_by_nobody() {
    let mut draft = Draft::default();
    let constant = draft.constant(vec![7; 16]);
    draft.add(FILL, words![16, at(constant), 0]);
    refused(&draft, "is written over a constant");
    draft.instructions.clear();
    draft.inputs.push(constant);
    refused(&draft, "is an input and shares memory with a constant");
}

#[test]
fn panels_have_their_length_and_start_on_a_line() {
    let pack = |length: u32, offset: u32| {
        let mut draft = Draft::default();
        let (w, packed) = (draft.input(64), draft.buffer(length));
        draft.add(PACK, words![8, 8, at(w), 8, 1, [packed, offset, 0]]);
        draft
    };
    assert!(decoded(&pack(8 * PANEL as u32, 0)).is_ok());
    refused(&pack(8 * PANEL as u32 - 1, 0), "the target reaches word 128");
    refused(&pack(8 * PANEL as u32 + 8, 8), "not at a multiple of 16");
    let mut draft = pack(128, 0);
    draft.instructions[0].1[5] = 3;
    draft.instructions[0].1[6] = 2;
    refused(&draft, "of the strides 3 and 2 none is 1");
}

/// h [T+1, 4, 8]: each step copies its slot to the next, by rows; with what a test does to both places.
fn carried(rows: u32, from: [u32; 4], to: [u32; 4]) -> Draft {
    let mut draft = Draft::default();
    let h = draft.buffer(96);
    assert_eq!(h, 0);
    draft.add(LOOP, words![2, 0, rows, 1]);
    draft
        .add(COPY, words![2, 4, 8, [from[0], from[1], from[2]], from[3], 1, [to[0], to[1], to[2]], to[3], 1]);
    draft
}

#[test]
fn rows_stay_with_their_thread() {
    assert!(decoded(&carried(4, [0, 0, 32, 8], [0, 32, 32, 8])).is_ok());
    refused(&carried(3, [0, 0, 32, 8], [0, 32, 32, 8]), "has 4 rows in a loop that divides 3");
    refused(&carried(4, [0, 0, 0, 8], [0, 32, 16, 8]), "steps by 16 words");
    refused(&carried(4, [0, 0, 0, 8], [0, 40, 0, 8]), "starts 8 words into its block and leaves its row");
    refused(&carried(4, [0, 0, 0, 0], [0, 32, 0, 8]), "takes 4 rows 0 apart from buffer 0");
    // The same without rows, where a barrier stands behind every instruction.
    assert!(decoded(&carried(0, [0, 0, 0, 8], [0, 40, 0, 8])).is_ok());
}

#[test]
fn what_needs_all_rows_has_no_place_among_them() {
    let mut draft = Draft::default();
    let (x, y) = (draft.input(32), draft.output(32));
    draft.add(LOOP, words![2, 0, 4, 1]);
    draft.add(GRADIENT, words![4, 4, matrix(x, 4), 1, 1, matrix(y, 4), 0]);
    refused(&draft, "Instruction 1 (GRADIENT): cannot be divided by rows");
}

#[test]
fn a_shared_table_is_not_written_by_the_loop() {
    let mut draft = Draft::default();
    let (index, table, y) = (draft.input(4), draft.input(32), draft.output(32));
    draft.add(LOOP, words![2, 0, 4, 2]);
    draft.add(GATHER, words![4, 8, at(index), matrix(table, 8), 4, matrix(y, 8)]);
    draft.add(COPY, words![2, 4, 8, at(y), 8, 1, at(table), 8, 1]);
    refused(&draft, "Instruction 2 (COPY): the table takes 1 rows 0 apart");
}

#[test]
fn bfloat16_is_for_processors_that_have_it() {
    let mut draft = Draft::default();
    let (w, packed) = (draft.input(64), draft.buffer(64));
    draft.add(PACK_BF16, words![8, 8, at(w), 8, 1, at(packed)]);
    refused(&draft, "Instruction 0 (PACK_BF16): this processor has no products of bfloat16");
    assert!(decode(&draft.words(), &[], Panels { bf16: true, ..PANELS }).is_ok());
}

#[test]
fn places_that_may_be_absent_are_absent_together() {
    let with = |losses: [u32; 3], scale: [u32; 3]| {
        let mut draft = Draft::default();
        let (x, y, t) = (draft.input(32), draft.output(32), draft.input(4));
        let gradient = matrix(y, 8);
        draft.add(
            CROSS_ENTROPY,
            words![4, 8, matrix(x, 8), at(t), losses, [ABSENT[0], 0, 0, 0], gradient, scale, 0],
        );
        draft
    };
    assert!(decoded(&with(ABSENT, [0, 0, 0])).is_ok());
    refused(&with(ABSENT, ABSENT), "of the gradient and its scale one is absent");
}
