import { EventEmitter } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { expect, it } from 'vitest';
import { attachedChannel, type Attachment } from './broker.ts';

it('does not take a channel for set up that closed during the last answer', async () => {
  const channel = Object.assign(new EventEmitter(), { close: async () => {} });
  const connection = { createChannel: async () => channel } as unknown as ChannelModel;
  const attachment: Attachment = { again: () => {}, settled: async () => {}, detach: () => {} };
  const setUp = attachedChannel(connection, attachment, async () => void channel.emit('close'));
  await expect(setUp).rejects.toThrow('closed while it was set up');
});
