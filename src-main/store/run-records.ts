import { encodeCheckpoint, type Checkpoint } from '../../src-core/training/checkpoint'
import type { RunRecords } from '../../src-core/training/parts'
import { AppendFile, writeFailed } from './append-file'
import { CheckpointFiles, readCheckpoint } from './checkpoint-files'
import { syncFolder } from './durable-files'
import { runPaths } from './run-folder'

/** What a run writes, on disk. */
export class RunFiles implements RunRecords {
  private constructor(
    private readonly metrics: AppendFile,
    private readonly samples: AppendFile,
    private readonly checkpoints: CheckpointFiles,
    private readonly folder: string,
    /** The last checkpoint on the disk. */
    public newest: string | null,
  ) {}

  /**
   * @param from what the run goes on with: lines that were written after it are cut off.
   * @throws UnrollError `lines-missing`
   */
  static async open(
    folder: string,
    from: { path: string; checkpoint: Checkpoint } | null,
  ): Promise<RunFiles> {
    const paths = runPaths(folder)
    const written = from?.checkpoint.written ?? { metrics: 0, samples: 0 }
    const metrics = await AppendFile.open(paths.metrics, written.metrics)
    try {
      const samples = await AppendFile.open(paths.samples, written.samples)
      const checkpoints = await CheckpointFiles.open(paths.checkpoints)
      await syncFolder(folder)
      return new RunFiles(metrics, samples, checkpoints, paths.checkpoints, from?.path ?? null)
    } catch (error) {
      await metrics.close()
      throw error
    }
  }

  get written(): { metrics: number; samples: number } {
    return { metrics: this.metrics.written, samples: this.samples.written }
  }

  get failure(): Error | null {
    return this.metrics.failure ?? this.samples.failure
  }

  appendMetrics(lines: string): void {
    this.metrics.append(lines)
  }

  appendSample(line: string): void {
    this.samples.append(line)
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const bytes = encodeCheckpoint(checkpoint)
    // The lines first: a checkpoint never names lines that could still be lost.
    await this.flush()
    try {
      this.newest = await this.checkpoints.save(bytes, checkpoint.standing)
    } catch (error) {
      throw writeFailed(this.folder, error)
    }
  }

  async goBack(): Promise<Checkpoint> {
    if (this.newest === null) throw new Error('there is no checkpoint before the first step')
    const checkpoint = await readCheckpoint(this.newest)
    await this.metrics.cutTo(checkpoint.written.metrics)
    await this.samples.cutTo(checkpoint.written.samples)
    return checkpoint
  }

  async flush(): Promise<void> {
    await this.metrics.flush()
    await this.samples.flush()
  }

  async close(): Promise<void> {
    await this.metrics.close()
    await this.samples.close()
  }
}
